package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.Direction;
import io.tallystick.testkit.net.FaultProxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A server of its own: its log is purged, reset and written in other formats. */
@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        ownServer = true)
class BinlogFaultTest {

    @Test
    void a_connection_that_is_cut_in_a_transaction_leaves_the_position_before_it(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE cut (id INT PRIMARY KEY AUTO_INCREMENT, t VARCHAR(200))");
        try (FaultProxy proxy = FaultProxy.to(db.host(), db.port());
                BinlogScene scene = BinlogScene.through(
                        db, db.url().replace(":" + db.port() + "/", ":" + proxy.port() + "/"), "cut")) {
            db.execute("INSERT INTO cut (t) VALUES ('first')");
            assertThat(scene.next().changes()).hasSize(1);
            Position before = scene.position();
            proxy.resetAfter(Direction.REPLIES, 1_000_000);
            fill(db, "cut", 40_000);
            assertThatThrownBy(() -> {
                        while (!scene.next().last()) {
                            assertThat(scene.position()).isEqualTo(before);
                        }
                    })
                    .isInstanceOf(UnavailableException.class);
            assertThat(scene.position()).isEqualTo(before);
            proxy.heal();
            scene.close();
            assertThat(scene.rest()).hasSize(40_000);
        }
    }

    @Test
    void a_large_transaction_comes_in_bounded_pieces_of_one_name_and_one_position(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE bulk (id INT PRIMARY KEY AUTO_INCREMENT, t VARCHAR(200))");
        try (BinlogScene scene = BinlogScene.of(db, "bulk")) {
            fill(db, "bulk", 300_000);
            Set<String> names = new HashSet<>();
            Set<Position> positions = new HashSet<>();
            int rows = 0;
            TransactionPiece piece;
            do {
                piece = scene.next();
                rows += piece.changes().size();
                names.add(piece.transaction());
                positions.add(piece.position());
                assertThat(piece.weight()).isLessThan(2 << 20);
            } while (!piece.last());
            assertThat(rows).isEqualTo(300_000);
            assertThat(names).hasSize(1);
            assertThat(positions).hasSize(1);
        }
    }

    @Test
    void a_log_that_was_purged_behind_the_position_is_a_gap_that_names_what_is_missing(TestDatabase db) {
        db.execute("CREATE TABLE purged (id INT PRIMARY KEY)");
        try (BinlogScene scene = BinlogScene.of(db, "purged")) {
            db.execute(
                    "INSERT INTO purged VALUES (1)",
                    "FLUSH BINARY LOGS",
                    "INSERT INTO purged VALUES (2)",
                    "FLUSH BINARY LOGS");
            purgeAll(db);
            assertThatThrownBy(scene::open)
                    .isInstanceOf(GapException.class)
                    .hasMessageContaining("has purged")
                    .hasMessageContaining("binlog.0");
        }
    }

    @Test
    void a_log_that_was_reset_is_another_history(TestDatabase db) {
        db.execute("CREATE TABLE past (id INT PRIMARY KEY)", "INSERT INTO past VALUES (1)");
        try (BinlogScene scene = BinlogScene.of(db, "past")) {
            db.execute("RESET MASTER");
            assertThatThrownBy(scene::open).isInstanceOf(GapException.class).hasMessageContaining("another history");
        }
    }

    @Test
    void a_statement_that_changes_rows_is_refused_and_not_passed_over(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE worded (id INT PRIMARY KEY)");
        try (BinlogScene scene = BinlogScene.of(db, "worded")) {
            BinlogStreamTest.transaction(
                    db,
                    "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ",
                    "SET SESSION binlog_format = STATEMENT",
                    "INSERT INTO worded VALUES (1)");
            assertThatThrownBy(scene::next)
                    .isInstanceOf(GapException.class)
                    .hasMessageContaining("binlog_format = ROW")
                    .hasMessageContaining("INSERT INTO worded");
        }
    }

    @Test
    void rows_without_the_names_of_their_columns_are_refused(TestDatabase db) {
        db.execute("CREATE TABLE nameless (id INT PRIMARY KEY)");
        String little = db.engine() == Engine.MARIADB ? "NO_LOG" : "MINIMAL";
        try (BinlogScene scene = BinlogScene.of(db, "nameless")) {
            db.execute("SET GLOBAL binlog_row_metadata = " + little, "INSERT INTO nameless VALUES (1)");
            assertThatThrownBy(scene::next)
                    .isInstanceOf(GapException.class)
                    .hasMessageContaining("binlog_row_metadata = FULL");
        } finally {
            db.execute("SET GLOBAL binlog_row_metadata = FULL");
        }
    }

    @Test
    void parts_of_json_documents_are_refused(TestDatabase db) throws SQLException {
        if (db.engine() != Engine.MYSQL) {
            assertThat(db.engine()).isEqualTo(Engine.MARIADB);
            return;
        }
        db.execute(
                "CREATE TABLE partial (id INT PRIMARY KEY, doc JSON)",
                "INSERT INTO partial VALUES (1, '{\"a\": \"long enough\", \"b\": 2}')");
        try (BinlogScene scene = BinlogScene.of(db, "partial")) {
            BinlogStreamTest.transaction(
                    db,
                    "SET SESSION binlog_row_image = MINIMAL",
                    "SET SESSION binlog_row_value_options = PARTIAL_JSON",
                    "UPDATE partial SET doc = JSON_SET(doc, '$.a', 'short')");
            assertThatThrownBy(scene::next)
                    .isInstanceOf(GapException.class)
                    .hasMessageContaining("binlog_row_value_options = ''");
        }
    }

    @Test
    void a_partition_that_is_emptied_is_refused(TestDatabase db) {
        db.execute(
                "CREATE TABLE parted (id INT PRIMARY KEY) PARTITION BY RANGE (id) (PARTITION p0 VALUES LESS THAN (10),"
                        + " PARTITION p1 VALUES LESS THAN MAXVALUE)");
        try (BinlogScene scene = BinlogScene.of(db, "parted")) {
            db.execute("INSERT INTO parted VALUES (1)", "ALTER TABLE parted TRUNCATE PARTITION p0");
            assertThat(scene.next().changes()).hasSize(1);
            assertThatThrownBy(scene::next).isInstanceOf(GapException.class).hasMessageContaining("TRUNCATE PARTITION");
        }
    }

    @Test
    void the_position_moves_also_when_nothing_of_ours_is_changed(TestDatabase db) {
        db.execute("CREATE TABLE ours (id INT PRIMARY KEY)", "CREATE TABLE theirs (id INT PRIMARY KEY)");
        try (BinlogScene scene = BinlogScene.of(db, "ours")) {
            Position before = scene.position();
            db.execute("INSERT INTO theirs VALUES (1)");
            assertThat(scene.rest()).isEmpty();
            assertThat(scene.source.covers(scene.position(), before)).isTrue();
            assertThat(scene.source.covers(before, scene.position())).isFalse();
        }
    }

    @Test
    void a_server_that_dies_is_away_and_goes_on_where_it_was(TestDatabase db) {
        db.execute("CREATE TABLE revived (id INT PRIMARY KEY)");
        try (BinlogScene scene = BinlogScene.of(db, "revived")) {
            db.execute("INSERT INTO revived VALUES (1)");
            assertThat(scene.next().changes()).hasSize(1);
            db.kill();
            assertThatThrownBy(scene::next).isInstanceOf(UnavailableException.class);
            scene.close();
            db.restart();
            db.execute("INSERT INTO revived VALUES (2)");
            assertThat(scene.rest()).containsExactly("INSERT revived 2");
        }
    }

    @Test
    void a_table_that_does_not_exist_is_named(TestDatabase db) {
        try (BinlogScene scene = BinlogScene.of(db, "nowhere")) {
            assertThatThrownBy(() -> scene.source.describe(scene.tables))
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("nowhere");
        }
    }

    @Test
    void how_far_behind_is_told_in_bytes(TestDatabase db) {
        db.execute("CREATE TABLE lagging (id INT PRIMARY KEY)");
        try (BinlogScene scene = BinlogScene.of(db, "lagging")) {
            ChangeStream stream = scene.open();
            db.execute("INSERT INTO lagging VALUES (1)");
            assertThat(scene.nextOf(stream).changes()).hasSize(1);
            // what the server notes behind the transaction comes a moment later
            await().untilAsserted(() -> {
                stream.poll(Duration.ofMillis(10));
                assertThat(stream.lagBytes()).isZero();
            });
        }
    }

    private static void purgeAll(TestDatabase db) {
        try {
            List<List<String>> files;
            try (var connection = db.connect()) {
                files = SourceSql.rows(connection, "SHOW BINARY LOGS");
            }
            db.execute("PURGE BINARY LOGS TO '" + files.get(files.size() - 1).get(0) + "'");
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** One transaction of so many rows. */
    private static void fill(TestDatabase db, String table, int rows) throws SQLException {
        BinlogStreamTest.transaction(
                db,
                "SET SESSION "
                        + (db.engine() == Engine.MARIADB ? "max_recursive_iterations" : "cte_max_recursion_depth")
                        + " = 1000000",
                "INSERT INTO " + table
                        + " (t) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " + rows
                        + ") SELECT CONCAT('a row with some text in it, number ', i) FROM n");
    }
}
