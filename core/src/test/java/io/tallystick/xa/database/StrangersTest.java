package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Transactions that somebody prepared by hand, beside one of ours. */
@Databases(ownServer = true)
class StrangersTest {

    private final TestDatabase db;

    StrangersTest(TestDatabase db) {
        this.db = db;
    }

    static void prepare(TestDatabase db, String name, String sql) throws SQLException {
        boolean postgres = db.engine() == Engine.POSTGRESQL;
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement()) {
            statement.execute(postgres ? "BEGIN" : "XA START " + name);
            statement.execute(sql);
            if (postgres) {
                statement.execute("PREPARE TRANSACTION " + name);
            } else {
                statement.execute("XA END " + name);
                statement.execute("XA PREPARE " + name);
            }
        }
    }

    /** By what is said to do it; waits until the session that prepared it has let go of it. */
    static void rollback(TestDatabase db, String name) {
        String statements = Strangers.statements(Jdbc.on(db.dataSource()).dialect(), name);
        String rollback = statements.substring(statements.indexOf(" or ") + " or ".length());
        assertThat(rollback).contains("ROLLBACK");
        await().ignoreExceptions().until(() -> {
            db.execute(rollback);
            return true;
        });
    }

    @Test
    void each_is_named_as_the_statement_wants_it_that_ends_it_and_ours_are_not_among_them() throws SQLException {
        List<String> names = db.engine() == Engine.POSTGRESQL
                ? List.of("'it''s by hand'", "'a\\b'", "'ts_x'")
                : List.of("'it''s by hand'", "'order','branch 1',77", "X'615c62'", "X'00ff80'", "'x','y',1");
        try (PreparedScene scene = new PreparedScene(db)) {
            assertThat(found()).isEmpty();
            scene.prepare(scene.ordersDriver, scene.gtrid(), 1, 70);
            for (String name : names) {
                prepare(db, name, "INSERT INTO item VALUES (" + (10 + names.indexOf(name)) + ", 1)");
            }
            List<String> found = found();
            assertThat(found).containsExactlyInAnyOrderElementsOf(names);
            found.forEach(name -> rollback(db, name));
            assertThat(found()).isEmpty();
            assertThat(scene.ordersDriver.prepared()).hasSize(1);
        }
    }

    private List<String> found() {
        return Strangers.in(Jdbc.on(db.dataSource()));
    }
}
