package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SnapshotReader.Chunk;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

@Databases({Engine.MARIADB, Engine.MYSQL})
class BinlogSnapshotTest {

    @Test
    void a_table_is_read_in_the_order_of_its_key_piece_by_piece(TestDatabase db) {
        db.execute(
                "CREATE TABLE ordered (kind ENUM('z','a') NOT NULL, code VARCHAR(9) CHARACTER SET utf8mb4 NOT NULL, id BIGINT UNSIGNED NOT NULL,"
                        + " bin BINARY(2) NOT NULL, at DATETIME(3) NOT NULL, PRIMARY KEY (kind, code, id, bin, at))",
                "INSERT INTO ordered VALUES ('a','it''s',18446744073709551615,x'00ff','2024-01-01 00:00:00.123'),"
                        + "('a','it''s',18446744073709551614,x'00ff','2024-01-01'), ('z','한',1,x'ff00','2024-01-01'),"
                        + "('z','한',1,x'ff00','2024-01-02'), ('z','b\\\\s',1,x'0000','2024-01-01'), ('a','',0,x'0000','2024-01-01')");
        assertThat(keys(db, "ordered", 1))
                .hasSize(6)
                .doesNotHaveDuplicates()
                .isEqualTo(keys(db, "ordered", 4))
                .isEqualTo(keys(db, "ordered", 100));
        assertThat(keys(db, "ordered", 100).get(0)).startsWith("z,");
    }

    @Test
    void a_key_that_is_said_to_sort_as_its_text_does_so(TestDatabase db) {
        db.execute(
                "CREATE TABLE sorted (day DATE, at DATETIME(3), seen TIMESTAMP(6), id BINARY(4), raw VARBINARY(9), name VARCHAR(9),"
                        + " PRIMARY KEY (day, at, seen, id, raw))");
        for (int i = 0; i < 100; i++) {
            String hex = String.format("%08x", i * 0x9e3779b9);
            db.execute("INSERT INTO sorted VALUES ('2024-01-" + (i % 28 + 1) + "' - INTERVAL " + i % 3
                    + " MONTH, '2024-01-01 00:00:00.5' + INTERVAL " + i % 5
                    + " SECOND, '2024-10-27 00:59:59.25' + INTERVAL "
                    + i % 7 + " HOUR, x'" + hex + "', x'" + hex.substring(0, i % 5 * 2) + "', 'x')");
        }
        BinlogScene scene = BinlogScene.of(db, "sorted");
        SourceTable table = scene.source.describe(scene.tables).get(0);
        try (scene;
                SnapshotReader reader = scene.source.snapshot()) {
            assertThat(table.columns())
                    .extracting(reader::sortsAsText)
                    .containsExactly(true, true, true, true, true, false);
            List<String> keys = new ArrayList<>();
            List<String> after = null;
            do {
                after = reader.read(table, after, null, 1).upTo();
                if (after != null) {
                    keys.add(String.join("|", after));
                }
            } while (after != null);
            assertThat(keys).hasSize(100).isSorted();
        }
    }

    @Test
    void a_range_ends_with_its_last_key(TestDatabase db) {
        db.execute(
                "CREATE TABLE ranged (a INT, b INT, PRIMARY KEY (a, b))",
                "INSERT INTO ranged VALUES (1,1),(1,2),(2,1),(2,2),(3,1)");
        BinlogScene scene = BinlogScene.of(db, "ranged");
        SourceTable table = scene.source.describe(scene.tables).get(0);
        try (scene;
                SnapshotReader reader = scene.source.snapshot()) {
            Chunk chunk = reader.read(table, List.of("1", "1"), List.of("2", "1"), 10);
            assertThat(chunk.rows()).extracting(BinlogSnapshotTest::text).containsExactly("1,2", "2,1");
            assertThat(chunk.upTo()).isNull();
            assertThat(reader.read(table, null, null, 2).upTo()).containsExactly("1", "2");
            assertThat(reader.estimatedRows(table.name())).isBetween(0L, 10L);
        }
    }

    @Test
    void a_chunk_counts_once_it_has_seen_what_the_log_told_before(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE told (id INT PRIMARY KEY)", "INSERT INTO told VALUES (1)");
        try (BinlogScene scene = BinlogScene.of(db, "told");
                SnapshotReader reader = scene.source.snapshot()) {
            SourceTable table = scene.source.describe(scene.tables).get(0);
            BinlogXaTest.prepare(db, "'told'", "INSERT INTO told VALUES (2)");
            SnapshotReader.Outset outset = reader.outset(scene.source.now());
            Chunk early = reader.read(table, null, null, 10);
            assertThat(early.watermark().passed(outset))
                    .as("the log may have told the branch's commit already")
                    .isFalse();
            db.execute("XA COMMIT 'told'", "INSERT INTO told VALUES (3)");
            SnapshotReader.Outset later = reader.outset(scene.source.now());
            assertThat(early.watermark().passed(later)).as("of things to come").isFalse();
            Chunk late = reader.read(table, null, null, 10);
            assertThat(late.rows()).hasSize(3);
            assertThat(late.watermark().passed(outset)).isTrue();
            assertThat(late.watermark().passed(later)).isTrue();
        }
    }

    @Test
    void chunks_and_changes_together_give_the_table_while_others_write_to_it(TestDatabase db) throws Exception {
        db.execute("CREATE TABLE busy (id INT PRIMARY KEY, v INT NOT NULL)");
        for (int i = 0; i < 200; i++) {
            db.execute("INSERT INTO busy VALUES (" + i + ", 0)");
        }
        Map<String, String> copy = new TreeMap<>();
        try (BinlogScene scene = BinlogScene.of(db, "busy");
                Writer first = new Writer(db, 1);
                Writer second = new Writer(db, 2)) {
            SourceTable table = scene.source.describe(scene.tables).get(0);
            try (SnapshotReader reader = scene.source.snapshot()) {
                ChangeStream stream = scene.open();
                List<String> after = null;
                do {
                    Chunk chunk = reader.read(table, after, null, 40);
                    merge(scene, stream, chunk, copy);
                    after = chunk.upTo();
                } while (after != null);
            }
            first.close();
            second.close();
            scene.restOf().forEach(piece -> apply(piece, copy));
        }
        assertThat(copy).isEqualTo(table(db));
    }

    /** Reads the log up to where the chunk's moment surely was; what the chunk has seen of these changes it replaces. */
    private static void merge(BinlogScene scene, ChangeStream stream, Chunk chunk, Map<String, String> copy) {
        List<TransactionPiece> unseen = new ArrayList<>();
        while (!scene.source.covers(scene.position(), chunk.watermark().high())) {
            TransactionPiece piece = stream.poll(Duration.ofSeconds(1));
            if (piece != null) {
                scene.moveTo(piece);
                apply(piece, copy);
                if (!chunk.watermark().saw(piece)) {
                    unseen.add(piece);
                }
            }
        }
        chunk.rows().forEach(row -> copy.put(String.valueOf(row.value(0)), String.valueOf(row.value(1))));
        unseen.forEach(piece -> apply(piece, copy));
    }

    private static void apply(TransactionPiece piece, Map<String, String> copy) {
        for (Change change : piece.changes()) {
            Row before = change.before();
            Row after = change.after();
            if (before != null) {
                copy.remove(String.valueOf(before.value(0)));
            }
            if (after != null) {
                copy.put(String.valueOf(after.value(0)), String.valueOf(after.value(1)));
            }
        }
    }

    private static Map<String, String> table(TestDatabase db) throws SQLException {
        Map<String, String> rows = new TreeMap<>();
        try (Connection connection = db.connect()) {
            SourceSql.rows(connection, "SELECT id, v FROM busy").forEach(row -> rows.put(row.get(0), row.get(1)));
        }
        return rows;
    }

    private static List<String> keys(TestDatabase db, String name, int rows) {
        try (BinlogScene scene = BinlogScene.of(db, name);
                SnapshotReader reader = scene.source.snapshot()) {
            SourceTable table = scene.source.describe(scene.tables).get(0);
            List<String> found = new ArrayList<>();
            @Nullable List<String> after = null;
            do {
                Chunk chunk = reader.read(table, after, null, rows);
                chunk.rows().forEach(row -> found.add(text(row)));
                after = chunk.upTo();
            } while (after != null);
            return found;
        }
    }

    private static String text(Row row) {
        List<String> cells = new ArrayList<>();
        for (int i = 0; i < row.size(); i++) {
            Object value = row.value(i);
            cells.add(
                    value instanceof byte[] bytes ? java.util.HexFormat.of().formatHex(bytes) : String.valueOf(value));
        }
        return String.join(",", cells);
    }

    /** Changes, deletes and inserts rows until it is closed; every transaction moves a row on. */
    private static final class Writer implements AutoCloseable {

        private final AtomicBoolean closed = new AtomicBoolean();
        private final Thread thread;

        Writer(TestDatabase db, int seed) {
            thread = new Thread(() -> write(db, seed));
            thread.start();
        }

        private void write(TestDatabase db, int seed) {
            try (Connection connection = db.connect();
                    Statement statement = connection.createStatement()) {
                for (int i = seed; !closed.get(); i += 7) {
                    statement.execute("UPDATE busy SET v = v + 1 WHERE id = " + i % 200);
                    statement.execute("DELETE FROM busy WHERE id = " + (i + 100) % 200);
                    statement.execute("REPLACE INTO busy VALUES (" + (i + 100) % 200 + ", " + i + ")");
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void close() throws InterruptedException {
            closed.set(true);
            thread.join();
        }
    }
}
