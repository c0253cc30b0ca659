package io.tallystick.saga;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Keeps inserts into the tables of sagas waiting inside their statements, by a trigger that no lock timeout ends. */
final class HeldInserts implements AutoCloseable {

    private static final List<String> TABLES = List.of("tally_saga", "tally_saga_event");

    private final TestDatabase database;
    private final Jdbc jdbc;
    private final boolean innoDb;
    private @Nullable Connection holder;

    HeldInserts(TestDatabase database, Jdbc jdbc) {
        this.database = database;
        this.jdbc = jdbc;
        this.innoDb = jdbc.dialect().isInnoDb();
    }

    void install() {
        if (!innoDb) {
            database.execute("""
                    CREATE OR REPLACE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS $$
                    BEGIN
                      WHILE NOT pg_try_advisory_xact_lock_shared(1) LOOP PERFORM pg_sleep(0.01); END LOOP;
                      RETURN NEW;
                    END $$
                    """);
        }
        for (String table : TABLES) {
            database.execute("CREATE TRIGGER held_" + table + " BEFORE INSERT ON " + table + " FOR EACH ROW "
                    + (innoDb
                            ? "BEGIN DECLARE mine INT; SET mine = GET_LOCK('held', 600);"
                                    + " SET mine = RELEASE_LOCK('held'); END"
                            : "EXECUTE FUNCTION held()"));
        }
    }

    void hold() {
        try {
            Connection connection = database.connect();
            holder = connection;
            try (Statement statement = connection.createStatement()) {
                statement.execute(innoDb ? "SELECT GET_LOCK('held', 60)" : "SELECT pg_advisory_lock(1)");
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** With its connection the lock is gone. */
    void letGo() {
        Connection connection = holder;
        holder = null;
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Whether an insert stands in the trigger. */
    boolean areHeld() {
        return anyOf(
                innoDb
                        ? "SELECT count(*) AS value FROM information_schema.processlist WHERE state = 'User lock'"
                        : "SELECT count(*) AS value FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND wait_event = 'PgSleep'");
    }

    /** Not from innodb_trx: who asks that more often than every 100 ms reads the same old answer again and again. */
    boolean somebodyWaitsForALock() {
        return anyOf(
                innoDb
                        ? "SHOW GLOBAL STATUS LIKE 'Innodb_row_lock_current_waits'"
                        : "SELECT count(*) AS value FROM pg_stat_activity"
                                + " WHERE datname = current_database() AND wait_event_type = 'Lock'");
    }

    private boolean anyOf(String sql) {
        return jdbc.autocommit(
                        tx -> tx.queryOne(sql, row -> row.longValue("value")).orElseThrow())
                > 0;
    }

    @Override
    public void close() {
        letGo();
        for (String table : TABLES) {
            database.execute("DROP TRIGGER held_" + table + (innoDb ? "" : " ON " + table));
        }
    }
}
