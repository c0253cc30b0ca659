package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A server of its own: what other tests prepare would be waited for. */
@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        ownServer = true)
class BinlogXaTest {

    @Test
    void a_prepared_transaction_comes_at_its_commit_and_not_at_all_after_a_rollback(TestDatabase db)
            throws SQLException {
        db.execute("CREATE TABLE branches (id INT PRIMARY KEY)");
        try (BinlogScene scene = BinlogScene.of(db, "branches")) {
            prepare(db, "'a'", "INSERT INTO branches VALUES (1)");
            prepare(db, "'b'", "INSERT INTO branches VALUES (2)");
            db.execute(
                    "INSERT INTO branches VALUES (3)",
                    "XA COMMIT 'a'",
                    "XA ROLLBACK 'b'",
                    "INSERT INTO branches VALUES (4)");
            assertThat(scene.rest()).containsExactly("INSERT branches 3", "INSERT branches 1", "INSERT branches 4");
        }
    }

    @Test
    void a_held_transaction_survives_restarts_and_nothing_comes_twice(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE held (id INT PRIMARY KEY)");
        try (BinlogScene scene = BinlogScene.of(db, "held")) {
            db.execute("INSERT INTO held VALUES (1)");
            prepare(db, "'kept','branch'", "INSERT INTO held VALUES (2)");
            prepare(db, "'dropped'", "INSERT INTO held VALUES (3)");
            db.execute("INSERT INTO held VALUES (4)");
            assertThat(List.of(scene.next(), scene.next()))
                    .flatExtracting(piece -> piece.changes())
                    .extracting(BinlogScene::line)
                    .containsExactly("INSERT held 1", "INSERT held 4");
            scene.close();
            db.execute("INSERT INTO held VALUES (5)");
            assertThat(scene.next().changes()).extracting(BinlogScene::line).containsExactly("INSERT held 5");
            scene.close();
            db.execute("XA ROLLBACK 'dropped'", "FLUSH BINARY LOGS", "INSERT INTO held VALUES (6)");
            assertThat(scene.next().changes()).extracting(BinlogScene::line).containsExactly("INSERT held 6");
            scene.close();
            db.execute("XA COMMIT 'kept','branch'");
            assertThat(scene.rest()).containsExactly("INSERT held 2");
            scene.close();
            db.execute("INSERT INTO held VALUES (7)");
            assertThat(scene.rest()).containsExactly("INSERT held 7");
            assertThat(scene.position().text()).doesNotContain(";");
        }
    }

    @Test
    void a_large_prepared_transaction_waits_in_a_file_and_comes_whole(TestDatabase db) throws SQLException {
        db.execute(
                "CREATE TABLE wide (id INT PRIMARY KEY AUTO_INCREMENT, t TEXT)", "INSERT INTO wide (t) VALUES ('x')");
        try (BinlogScene scene = BinlogScene.of(db, "wide")) {
            prepare(
                    db,
                    "'wide'",
                    "INSERT INTO wide (t) SELECT REPEAT('y', 30000) FROM information_schema.columns LIMIT 100");
            db.execute("XA COMMIT 'wide'");
            List<String> lines = scene.rest();
            assertThat(lines).hasSize(100).allMatch(line -> line.endsWith("y".repeat(30_000)));
        }
    }

    @Test
    void what_was_prepared_before_the_beginning_and_does_not_end_is_found_again_in_the_log(TestDatabase db)
            throws SQLException {
        db.execute("CREATE TABLE stuck (id INT PRIMARY KEY)", "INSERT INTO stuck VALUES (1)");
        prepare(db, "'stuck'", "INSERT INTO stuck VALUES (2)");
        db.execute("INSERT INTO stuck VALUES (3)");
        try (BinlogScene scene = BinlogScene.unplaced(db, "stuck")) {
            scene.beginAt(new Beginning(scene.source.sql(), scene.source.flavour(), Duration.ofMillis(50)).find());
            db.execute("INSERT INTO stuck VALUES (4)");
            assertThat(scene.rest()).containsExactly("INSERT stuck 4");
            scene.close();
            db.execute("XA COMMIT 'stuck'");
            assertThat(scene.rest()).containsExactly("INSERT stuck 2");
        }
    }

    @Test
    void one_phase_needs_no_commit_of_its_own(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE single (id INT PRIMARY KEY)");
        try (BinlogScene scene = BinlogScene.of(db, "single");
                Connection connection = db.connect();
                Statement statement = connection.createStatement()) {
            for (String sql :
                    List.of("XA START 's'", "INSERT INTO single VALUES (1)", "XA END 's'", "XA COMMIT 's' ONE PHASE")) {
                statement.execute(sql);
            }
            assertThat(scene.rest()).containsExactly("INSERT single 1");
        }
    }

    @Test
    void what_was_prepared_before_the_beginning_is_a_gap_when_it_is_committed(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE early (id INT PRIMARY KEY)");
        prepare(db, "'early'", "INSERT INTO early VALUES (1)");
        try (BinlogScene scene = BinlogScene.unplaced(db)) {
            Position now = new Position(
                    scene.source.flavour() == Flavour.MARIADB
                            ? query(db, "SELECT @@global.gtid_binlog_pos")
                            : query(db, "SELECT @@global.gtid_executed").replaceAll("\\s", ""));
            db.execute("XA COMMIT 'early'");
            try (var stream = scene.source.open(Set.of(), now)) {
                assertThatThrownBy(() -> {
                            while (true) {
                                stream.poll(Duration.ofSeconds(5));
                            }
                        })
                        .isInstanceOf(GapException.class)
                        .hasMessageContaining("was prepared before this pipeline's log begins");
            }
        }
    }

    /** By a session that is gone then: MariaDB lets nobody else finish what a living one has prepared. */
    static void prepare(TestDatabase db, String branch, String... statements) throws SQLException {
        String session;
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("XA START " + branch);
            for (String sql : statements) {
                statement.execute(sql);
            }
            statement.execute("XA END " + branch);
            statement.execute("XA PREPARE " + branch);
            session = SourceSql.value(connection, "SELECT CONNECTION_ID()");
        }
        String living = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = " + session;
        await().until(() -> query(db, living).equals("0"));
    }

    static String query(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect()) {
            return SourceSql.value(connection, sql);
        }
    }
}
