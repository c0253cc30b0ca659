package io.tallystick.examples.play;

import io.tallystick.examples.Check;
import io.tallystick.examples.world.World;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.saga.SagaDesk;
import io.tallystick.saga.SagaLedger;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** Reads the databases of all services side by side, as an auditor would once everything has ended. Thread-safe. */
public final class Books {

    private final World world;

    public Books(World world) {
        this.world = world;
    }

    /** Whose books they are. */
    public World world() {
        return world;
    }

    /** One number; the statement names it {@code amount}. The database is named after the service whose own it is. */
    public long number(String database, String sql) {
        return jdbc(database)
                .inTransaction(
                        tx -> tx.queryOne(sql, row -> row.longValue("amount")).orElse(0L));
    }

    /** Numbers by name; the statement names its columns {@code name} and {@code amount}. */
    public Map<String, Long> numbers(String database, String sql) {
        Map<String, Long> found = new TreeMap<>();
        jdbc(database)
                .run(tx -> tx.query(sql, row -> found.merge(row.string("name"), row.longValue("amount"), Long::sum)));
        return found;
    }

    /** The same from several databases. */
    public Map<String, Long> numbers(List<String> databases, String sql) {
        Map<String, Long> found = new TreeMap<>();
        databases.forEach(
                database -> numbers(database, sql).forEach((name, amount) -> found.merge(name, amount, Long::sum)));
        return found;
    }

    /** Branches that are prepared and have not ended, on the whole server of this database. */
    public long prepared(String database) {
        Jdbc jdbc = jdbc(database);
        String sql = jdbc.dialect() == Dialect.POSTGRESQL ? "SELECT gid FROM pg_prepared_xacts" : "XA RECOVER";
        return jdbc.autocommit(tx -> tx.query(sql, row -> sql)).size();
    }

    /** No orchestrator has a saga that has not ended; asked of its own database, not of those who started them. */
    public Check allEnded(String orchestrator) {
        long open = SagaDesk.on(jdbc(orchestrator)).inFlight().stream()
                .mapToLong(SagaLedger.InFlight::sagas)
                .sum();
        return Check.equal("Sagas that have not ended in the database of " + orchestrator, 0L, open);
    }

    /** Every request to the services carried its key, and how many came again and took no second effect. */
    public Check keysWereCarried(List<String> services) {
        long without = 0;
        for (String service : services) {
            without += number(service, "SELECT count(*) AS amount FROM received WHERE operation IS NULL");
        }
        return Check.equal(
                "Every request to " + String.join(", ", services) + " carried its key; without one", 0L, without);
    }

    /** How many requests came again under a key that was known. */
    public long repetitions(List<String> services) {
        long again = 0;
        for (String service : services) {
            again += number(service, "SELECT count(*) - count(DISTINCT operation) AS amount FROM received");
        }
        return again;
    }

    /** Nothing of what the statement counts by name happened more than once. */
    public Check atMostOnce(String name, String service, String sql) {
        Map<String, Long> twice = new TreeMap<>(numbers(service, sql));
        twice.values().removeIf(count -> count <= 1);
        return new Check(name, twice.isEmpty(), "none twice", twice.isEmpty() ? "none twice" : twice.toString());
    }

    /** Two accounts of the same things agree. Differences are named. */
    public static Check agree(String name, Map<String, Long> one, Map<String, Long> other) {
        TreeSet<String> names = new TreeSet<>(one.keySet());
        names.addAll(other.keySet());
        List<String> different = names.stream()
                .filter(n -> !one.getOrDefault(n, 0L).equals(other.getOrDefault(n, 0L)))
                .map(n -> n + ": " + one.getOrDefault(n, 0L) + " / " + other.getOrDefault(n, 0L))
                .toList();
        return new Check(
                name,
                different.isEmpty(),
                names.size() + " agree",
                different.isEmpty() ? names.size() + " agree" : "different: " + different);
    }

    private Jdbc jdbc(String database) {
        return world.books(database);
    }
}
