package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.ValueKind;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Keys that the target takes for equal although their bytes differ: the runs end where the changes one by one end. */
@Databases
class AlikeKeysTest {

    /** Of each list the default collations of MariaDB and MySQL take all members for equal. */
    private static final List<List<Object>> TEXTS = List.of(
            List.of("a", "A", "\u00e4"),
            List.of("b1", "B1"),
            List.of("cd", "CD", "Cd"),
            List.of("only"),
            List.of("e", "\u00e9"));

    private static final List<List<Object>> NUMBERS = List.of(
            List.of(new BigDecimal("1"), new BigDecimal("1.0"), new BigDecimal("1.00")),
            List.of(new BigDecimal("0"), new BigDecimal("0.0")),
            List.of(new BigDecimal("100"), new BigDecimal("1E+2")),
            List.of(new BigDecimal("7")));

    private static final List<List<Object>> FLOATS = List.of(List.of(0.0, -0.0), List.of(1.5), List.of(2.5));

    private final TestDatabase db;

    AlikeKeysTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void texts_that_differ_in_case_or_accent() throws SQLException {
        compare(Texts.alike(db, 20), ValueKind.TEXT, TEXTS);
    }

    @Test
    void numbers_that_differ_in_their_zeros() throws SQLException {
        compare(db.engine() == Engine.POSTGRESQL ? "NUMERIC" : "DECIMAL(20,4)", ValueKind.DECIMAL, NUMBERS);
    }

    @Test
    void both_zeros() throws SQLException {
        compare(db.engine() == Engine.POSTGRESQL ? "FLOAT8" : "DOUBLE", ValueKind.FLOAT, FLOATS);
    }

    private void compare(String type, ValueKind kind, List<List<Object>> alike) throws SQLException {
        TestRoute one = route("one_by_one", type, kind);
        TestRoute runs = route("in_runs", type, kind);
        for (int seed = 1; seed <= 25; seed++) {
            db.execute("DELETE FROM one_by_one", "DELETE FROM in_runs");
            List<Object[]> history = new ArrayList<>();
            fill(new SplittableRandom(seed), alike, history);
            try (Connection connection = db.connect()) {
                // one transaction, for forty commits take forty times as long
                connection.setAutoCommit(false);
                BatchWriter writer = new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard());
                // the rows that the group finds
                for (Object[] step : history.subList(0, 6)) {
                    make(writer, connection, List.of(change(one, step)));
                    make(writer, connection, List.of(change(runs, step)));
                }
                List<Object[]> group = history.subList(6, history.size());
                for (Object[] step : group) {
                    make(writer, connection, List.of(change(one, step)));
                }
                make(
                        writer,
                        connection,
                        group.stream().map(step -> change(runs, step)).toList());
                connection.commit();
            }
            assertThat(rows("in_runs", alike)).as("seed " + seed).isEqualTo(rows("one_by_one", alike));
        }
        waits(one, alike);
    }

    /** One waits, and so does whatever the target takes for the same row, and nothing else. */
    private void waits(TestRoute route, List<List<Object>> alike) throws SQLException {
        Schema.of(Jdbc.on(db.dataSource())).install("cdc");
        Jdbc.on(db.dataSource()).run(tx -> {
            for (List<Object> one : alike) {
                Quarantine quarantine =
                        Quarantine.load(tx, "alike " + route.table().name() + one);
                quarantine.park(tx, route.insert(one.get(0), "v"), new Position("1"), "a test");
                for (List<Object> other : alike) {
                    for (Object spelling : other) {
                        assertThat(quarantine.holds(tx, route.update(spelling, "w")))
                                .as("%s while %s waits", spelling, one.get(0))
                                .isEqualTo(one == other);
                    }
                }
            }
        });
    }

    private static void make(BatchWriter writer, Connection connection, List<TargetChange> changes)
            throws SQLException {
        for (Run run : Coalescer.plan(changes)) {
            writer.write(connection, run.table(), run.verb(), run.changes());
        }
    }

    /** A row gets another spelling only after it was deleted, as in a source that takes the same for equal. */
    private static void fill(SplittableRandom random, List<List<Object>> alike, List<Object[]> history) {
        Object[] there = new Object[alike.size()];
        for (int i = 0; i < 40; i++) {
            int which = random.nextInt(there.length);
            List<Object> spellings = alike.get(which);
            if (there[which] == null) {
                there[which] = spellings.get(random.nextInt(spellings.size()));
                Verb verb =
                        List.of(Verb.INSERT, Verb.UPSERT, Verb.INSERT_IF_ABSENT).get(random.nextInt(3));
                history.add(new Object[] {verb, there[which], "v" + i});
            } else if (random.nextBoolean()) {
                history.add(new Object[] {Verb.DELETE, there[which], null});
                there[which] = null;
            } else {
                Verb verb = random.nextBoolean() ? Verb.UPDATE : Verb.UPSERT;
                history.add(new Object[] {verb, there[which], "v" + i});
            }
        }
    }

    private static TargetChange change(TestRoute route, Object[] step) {
        TargetRow row = route.row(step[1], step[2]);
        return step[0] == Verb.DELETE
                ? new TargetChange(route.table(), Verb.DELETE, row, null)
                : new TargetChange(route.table(), (Verb) step[0], null, row);
    }

    private TestRoute route(String name, String type, ValueKind kind) throws SQLException {
        db.execute(
                "DROP TABLE IF EXISTS " + name,
                "CREATE TABLE " + name + " (k " + type + " PRIMARY KEY, v VARCHAR(20))");
        TableName table = new TableName(db.engine() == Engine.POSTGRESQL ? "public" : db.name(), name);
        try (Connection connection = db.connect()) {
            TargetTable target = TargetCatalog.of(connection)
                    .read(List.of(TargetCatalog.Wanted.all(table)))
                    .get(0);
            return new TestRoute(target, List.of(kind, ValueKind.TEXT));
        }
    }

    /** Under which spelling InnoDB keeps a row that was deleted and came back under an equal key is a matter of its purge. */
    private Map<Integer, String> rows(String table, List<List<Object>> alike) throws SQLException {
        Map<Integer, String> rows = new TreeMap<>();
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                var result = statement.executeQuery("SELECT k, v FROM " + table)) {
            while (result.next()) {
                rows.put(placeOf(result.getString(1), alike), result.getString(2));
            }
        }
        return rows;
    }

    private static int placeOf(String key, List<List<Object>> alike) {
        for (int i = 0; i < alike.size(); i++) {
            if (alike.get(i).stream().anyMatch(spelling -> isSame(key, spelling))) {
                return i;
            }
        }
        throw new AssertionError("nobody wrote " + key);
    }

    private static boolean isSame(String key, Object spelling) {
        return spelling instanceof String text
                ? text.equals(key)
                : new BigDecimal(key).compareTo(new BigDecimal(spelling.toString())) == 0;
    }
}
