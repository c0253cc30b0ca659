package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SnapshotReader.Chunk;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A table in chunks, each of which knows what it has seen. */
@Databases(Engine.POSTGRESQL)
class SnapshotTest extends LogScene {

    SnapshotTest(TestDatabase db) {
        super(db);
    }

    @Test
    void every_row_comes_once_in_the_order_of_the_key_whatever_the_key_is() {
        db.execute(
                "CREATE TABLE chunked (\"Name\" varchar(20), day date, amount numeric(8,2), note text, PRIMARY KEY (day, \"Name\", amount))",
                "INSERT INTO chunked SELECT 'it''s \\ ' || n % 7, date '2026-01-01' + n % 5, n / 100.0, NULL FROM generate_series(1, 1000) n",
                "INSERT INTO chunked VALUES ('', '-infinity', 'NaN', 'first'), ('x', 'infinity', 'NaN', 'last')",
                "ANALYZE chunked");
        PostgresChangeSource source = source();
        SourceTable table = source.describe(names("chunked")).get(0);
        SnapshotReader reader = track(source.snapshot());
        assertThat(reader.estimatedRows(table.name())).isEqualTo(1_002);
        List<List<String>> rows = new ArrayList<>();
        List<String> after = null;
        do {
            Chunk chunk = reader.read(table, after, null, 100);
            chunk.rows().forEach(row -> rows.add(cells(row)));
            after = chunk.upTo();
        } while (after != null);
        assertThat(rows).hasSize(1_002).doesNotHaveDuplicates();
        assertThat(rows.get(0).get(3)).isEqualTo("first");
        assertThat(rows.get(1_001).get(3)).isEqualTo("last");
        List<String> tenth =
                List.of(rows.get(9).get(1), rows.get(9).get(0), rows.get(9).get(2));
        List<String> twentieth =
                List.of(rows.get(19).get(1), rows.get(19).get(0), rows.get(19).get(2));
        assertThat(reader.read(table, tenth, twentieth, 100).rows())
                .as("between two keys")
                .extracting(LogScene::cells)
                .isEqualTo(rows.subList(10, 20));
    }

    @Test
    void a_key_that_is_said_to_sort_as_its_text_does_so() {
        db.execute(
                "CREATE TABLE sorted (id uuid, raw bytea, name text, PRIMARY KEY (id, raw))",
                "INSERT INTO sorted SELECT gen_random_uuid(), '', 'x' FROM generate_series(1, 300) n",
                "INSERT INTO sorted SELECT '00000000-0000-0000-0000-000000000000', decode(lpad(to_hex(n), 2 + n % 3 * 2, '0'), 'hex'), 'x'"
                        + " FROM generate_series(1, 255) n");
        PostgresChangeSource source = source();
        SourceTable table = source.describe(names("sorted")).get(0);
        SnapshotReader reader = track(source.snapshot());
        assertThat(table.columns()).extracting(reader::sortsAsText).containsExactly(true, true, false);
        List<String> keys = new ArrayList<>();
        for (List<String> after = List.of("00000000-0000-0000-0000-000000000000", "\\x");
                after != null;
                after = reader.read(table, after, null, 1).upTo()) {
            keys.add(String.join("|", after));
        }
        assertThat(keys).hasSize(556).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void a_chunk_saw_what_was_committed_before_it_and_nothing_else() throws SQLException {
        db.execute("CREATE TABLE watched (id int PRIMARY KEY)");
        PostgresChangeSource source = source();
        Position start = source.establish(names("watched"));
        ChangeStream stream = stream(source, start, "watched");
        SourceTable table = source.describe(names("watched")).get(0);
        Chunk chunk;
        try (Connection late = db.connect();
                Statement statement = late.createStatement();
                SnapshotReader reader = source.snapshot()) {
            late.setAutoCommit(false);
            statement.execute("INSERT INTO watched VALUES (1)");
            db.execute("INSERT INTO watched VALUES (2)");
            db.execute("BEGIN; INSERT INTO watched VALUES (3); PREPARE TRANSACTION 'watch_" + name + "'");
            chunk = reader.read(table, null, null, 10);
            late.commit();
        }
        db.execute("COMMIT PREPARED 'watch_" + name + "'", "INSERT INTO watched VALUES (4)");
        assertThat(chunk.rows()).extracting(row -> row.value(0)).containsExactly(2L);
        List<String> seen = new ArrayList<>();
        List<Boolean> behind = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            TransactionPiece piece = next(stream);
            seen.add(cells(piece.changes().get(0).after()).get(0)
                    + chunk.watermark().saw(piece));
            behind.add(source.covers(chunk.watermark().high(), piece.position()));
        }
        assertThat(seen).containsExactly("2true", "1false", "3false", "4false");
        assertThat(behind).containsExactly(true, false, false, false);
    }

    @Test
    void the_stream_reaches_the_watermark_while_nothing_happens() {
        db.execute("CREATE TABLE still (id int PRIMARY KEY)", "INSERT INTO still VALUES (1)");
        PostgresChangeSource source = source(settings().withHeartbeat(Duration.ofHours(1)));
        ChangeStream stream = stream(source, source.establish(names("still")), "still");
        SourceTable table = source.describe(names("still")).get(0);
        Position high =
                track(source.snapshot()).read(table, null, null, 10).watermark().high();
        Position read = null;
        long deadline = System.nanoTime() + LONGEST.toNanos();
        while (read == null || !source.covers(read, high)) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            TransactionPiece piece = stream.poll(Duration.ofMillis(100));
            read = piece == null ? read : piece.position();
        }
    }

    @Test
    void numbers_of_transactions_are_compared_across_the_turn_of_their_lower_half() {
        long turn = 5L << 32;
        SnapshotMark mark =
                SnapshotMark.of((turn - 2) + ":" + (turn + 3) + ":" + (turn - 2) + "," + (turn + 1), new Position("x"));
        assertThat(saw(mark, turn - 3)).isTrue();
        assertThat(saw(mark, turn - 2)).isFalse();
        assertThat(saw(mark, turn - 1)).isTrue();
        assertThat(saw(mark, turn)).isTrue();
        assertThat(saw(mark, turn + 1)).isFalse();
        assertThat(saw(mark, turn + 3)).isFalse();
    }

    private static boolean saw(SnapshotMark mark, long xid) {
        String lower = Integer.toUnsignedString((int) xid);
        return mark.saw(new TransactionPiece(lower, new Position("x"), java.time.Instant.EPOCH, null, List.of(), true));
    }

    @Test
    void a_table_without_primary_key_is_refused_with_what_mends_it() {
        db.execute("CREATE TABLE keyless (id int)", "ALTER TABLE keyless REPLICA IDENTITY FULL");
        PostgresChangeSource source = source();
        SourceTable table = source.describe(names("keyless")).get(0);
        SnapshotReader reader = track(source.snapshot());
        assertThatThrownBy(() -> reader.read(table, null, null, 10))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("ADD PRIMARY KEY");
    }
}
