package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.TransactionPiece;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@Databases({Engine.MARIADB, Engine.MYSQL})
class BinlogStreamTest {

    @Test
    void inserts_updates_and_deletes_of_a_transaction_come_as_one_piece_in_their_order(TestDatabase db)
            throws SQLException {
        db.execute("CREATE TABLE plain (id INT PRIMARY KEY, name VARCHAR(20) CHARACTER SET utf8mb4)");
        try (BinlogScene scene = BinlogScene.of(db, "plain")) {
            transaction(
                    db,
                    "INSERT INTO plain VALUES (1, 'one'), (2, NULL)",
                    "UPDATE plain SET name = '둘' WHERE id = 2",
                    "DELETE FROM plain WHERE id = 1");
            TransactionPiece piece = scene.next();
            assertThat(piece.last()).isTrue();
            assertThat(piece.changes())
                    .extracting(BinlogScene::line)
                    .containsExactly(
                            "INSERT plain 1,one",
                            "INSERT plain 2,null",
                            "UPDATE plain 2,null -> 2,둘",
                            "DELETE plain 1,one");
        }
    }

    @Test
    void reading_goes_on_behind_the_last_transaction_and_leaves_out_other_tables(TestDatabase db) {
        db.execute("CREATE TABLE mine (id INT PRIMARY KEY)", "CREATE TABLE other (id INT PRIMARY KEY)");
        try (BinlogScene scene = BinlogScene.of(db, "mine")) {
            db.execute("INSERT INTO mine VALUES (1)", "INSERT INTO other VALUES (1)");
            assertThat(scene.rest()).containsExactly("INSERT mine 1");
            scene.close();
            db.execute("INSERT INTO mine VALUES (2)");
            assertThat(scene.rest()).containsExactly("INSERT mine 2");
        }
    }

    @Test
    void truncate_comes_as_a_change_whatever_the_names(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE `a ``b.표` (id INT PRIMARY KEY, `c``d` INT)");
        try (BinlogScene scene = BinlogScene.of(db, "a `b.표")) {
            db.execute(
                    "INSERT INTO `a ``b.표` VALUES (1, 2)",
                    "/* all of it */ truncate `a ``b.표`",
                    "INSERT INTO `a ``b.표` VALUES (3, 4)");
            assertThat(scene.rest()).containsExactly("INSERT a `b.표 1,2", "TRUNCATE a `b.표", "INSERT a `b.표 3,4");
        }
    }

    @Test
    void rows_before_and_after_a_change_of_the_table_have_their_own_shape(TestDatabase db) {
        db.execute("CREATE TABLE growing (id INT PRIMARY KEY, a INT)");
        try (BinlogScene scene = BinlogScene.of(db, "growing")) {
            db.execute(
                    "INSERT INTO growing VALUES (1, 10)",
                    "ALTER TABLE growing ADD COLUMN b VARCHAR(5) FIRST, DROP COLUMN a",
                    "INSERT INTO growing (id, b) VALUES (2, 'x')");
            assertThat(scene.rest()).containsExactly("INSERT growing 1,10", "INSERT growing x,2");
        }
    }

    @Test
    void columns_that_a_minimal_row_image_leaves_out_are_unchanged_but_the_key_is_always_there(TestDatabase db)
            throws SQLException {
        db.execute("CREATE TABLE slim (id INT PRIMARY KEY, a INT, b INT)", "INSERT INTO slim VALUES (1, 2, 3)");
        try (BinlogScene scene = BinlogScene.of(db, "slim")) {
            transaction(
                    db,
                    "SET SESSION binlog_row_image = MINIMAL",
                    "UPDATE slim SET b = 4",
                    "UPDATE slim SET id = 7",
                    "DELETE FROM slim");
            assertThat(scene.rest())
                    .containsExactly("UPDATE slim 1,~,~ -> 1,~,4", "UPDATE slim 1,~,~ -> 7,~,~", "DELETE slim 7,~,~");
        }
    }

    @Test
    void what_was_rolled_back_to_a_savepoint_does_not_come(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE saved (id INT PRIMARY KEY)");
        try (BinlogScene scene = BinlogScene.of(db, "saved")) {
            transaction(
                    db,
                    "INSERT INTO saved VALUES (1)",
                    "SAVEPOINT s",
                    "INSERT INTO saved VALUES (2)",
                    "ROLLBACK TO s",
                    "INSERT INTO saved VALUES (3)");
            assertThat(scene.rest()).containsExactly("INSERT saved 1", "INSERT saved 3");
        }
    }

    @Test
    void tables_without_transactions_are_read_too(TestDatabase db) {
        db.execute("CREATE TABLE loose (id INT PRIMARY KEY) ENGINE = MyISAM");
        try (BinlogScene scene = BinlogScene.of(db, "loose")) {
            db.execute("INSERT INTO loose VALUES (1), (2)", "DELETE FROM loose WHERE id = 1");
            assertThat(scene.rest()).containsExactly("INSERT loose 1", "INSERT loose 2", "DELETE loose 1");
        }
    }

    @Test
    void a_table_that_is_made_from_a_query_comes_with_its_rows(TestDatabase db) {
        try (BinlogScene scene = BinlogScene.of(db, "born")) {
            db.execute("CREATE TABLE born (PRIMARY KEY (id)) AS SELECT 1 AS id UNION SELECT 2");
            assertThat(scene.rest()).containsExactly("INSERT born 1", "INSERT born 2");
        }
    }

    @Test
    void a_transaction_that_a_replicator_wrote_names_its_pipeline_as_the_origin(TestDatabase db) throws SQLException {
        db.execute(
                "CREATE TABLE copied (id INT PRIMARY KEY)",
                "DROP TABLE IF EXISTS tally_position",
                "CREATE TABLE tally_position (pipeline VARCHAR(200) PRIMARY KEY, position VARCHAR(1000))",
                "INSERT INTO tally_position VALUES ('a-to-b', '1')");
        try (BinlogScene scene = BinlogScene.of(db, "copied")) {
            transaction(
                    db,
                    "INSERT INTO copied VALUES (1)",
                    "UPDATE tally_position SET position = '2' WHERE pipeline = 'a-to-b'");
            db.execute("INSERT INTO copied VALUES (2)");
            TransactionPiece theirs = scene.next();
            assertThat(theirs.origin()).isEqualTo("a-to-b");
            assertThat(theirs.changes()).extracting(BinlogScene::line).containsExactly("INSERT copied 1");
            assertThat(scene.next().origin()).isNull();
        }
    }

    @Test
    void a_transaction_that_says_first_where_it_comes_from_says_it_in_all_its_pieces(TestDatabase db)
            throws SQLException {
        db.execute(
                "CREATE TABLE marked (id INT PRIMARY KEY)",
                "DROP TABLE IF EXISTS tally_position",
                "CREATE TABLE tally_position (pipeline VARCHAR(200) PRIMARY KEY, position VARCHAR(1000))",
                "INSERT INTO tally_position VALUES ('a-to-b/t', '1')");
        try (BinlogScene scene = BinlogScene.of(db, "marked")) {
            transaction(
                    db,
                    "INSERT INTO tally_position VALUES ('~1f/7', 'a-to-b/t 0a1b2c3d')",
                    "DELETE FROM tally_position WHERE pipeline = '~1f/7'",
                    "INSERT INTO marked WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)"
                            + " SELECT a.i + 900 * b.i FROM n a, (SELECT 0 AS i UNION SELECT 1 UNION SELECT 2 UNION SELECT 3"
                            + " UNION SELECT 4) b",
                    "UPDATE tally_position SET position = '2' WHERE pipeline = 'a-to-b/t'");
            TransactionPiece first = scene.next();
            assertThat(first.last()).isFalse();
            assertThat(first.origin()).isEqualTo("a-to-b/t 0a1b2c3d");
            TransactionPiece last = scene.next();
            assertThat(last.last()).isTrue();
            assertThat(last.origin()).isEqualTo("a-to-b/t 0a1b2c3d");
        }
    }

    @Test
    void compressed_events_are_read_like_others(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE squeezed (id INT PRIMARY KEY, a TEXT)");
        String compress = db.engine() == Engine.MARIADB
                ? "SET GLOBAL log_bin_compress = ON"
                : "SET SESSION binlog_transaction_compression = ON";
        try (BinlogScene scene = BinlogScene.of(db, "squeezed")) {
            db.execute(db.engine() == Engine.MARIADB ? compress : "DO 1", "FLUSH BINARY LOGS");
            transaction(
                    db,
                    db.engine() == Engine.MARIADB ? "DO 1" : compress,
                    "INSERT INTO squeezed VALUES (1, REPEAT('a', 3000)), (2, REPEAT('b', 3000))",
                    "UPDATE squeezed SET a = REPEAT('c', 3000)",
                    "DELETE FROM squeezed WHERE id = 1");
            // a statement of that length is compressed as well
            db.execute("TRUNCATE TABLE squeezed /* " + "long ".repeat(200) + "*/");
            assertThat(events(db))
                    .contains(
                            db.engine() == Engine.MARIADB
                                    ? new String[] {
                                        "Query_compressed",
                                        "Write_rows_compressed_v1",
                                        "Update_rows_compressed_v1",
                                        "Delete_rows_compressed_v1"
                                    }
                                    : new String[] {"Transaction_payload"});
            String a = "a".repeat(3000);
            String b = "b".repeat(3000);
            String c = "c".repeat(3000);
            assertThat(scene.rest())
                    .containsExactly(
                            "INSERT squeezed 1," + a,
                            "INSERT squeezed 2," + b,
                            "UPDATE squeezed 1," + a + " -> 1," + c,
                            "UPDATE squeezed 2," + b + " -> 2," + c,
                            "DELETE squeezed 1," + c,
                            "TRUNCATE squeezed");
        } finally {
            db.execute(db.engine() == Engine.MARIADB ? "SET GLOBAL log_bin_compress = OFF" : "DO 1");
        }
    }

    /** What the newest file of the log holds, by the server's own words. */
    private static Set<String> events(TestDatabase db) throws SQLException {
        try (Connection connection = db.connect()) {
            List<List<String>> logs = SourceSql.rows(connection, "SHOW BINARY LOGS");
            String last = logs.get(logs.size() - 1).get(0);
            return SourceSql.rows(connection, "SHOW BINLOG EVENTS IN '" + last + "'").stream()
                    .map(event -> event.get(2))
                    .collect(Collectors.toSet());
        }
    }

    static void transaction(TestDatabase db, String... statements) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String sql : statements) {
                statement.execute(sql);
            }
            connection.commit();
        }
    }
}
