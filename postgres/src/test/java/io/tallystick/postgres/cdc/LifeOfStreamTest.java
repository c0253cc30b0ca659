package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** A stream stays alive by itself, moves on while its tables rest, and holds little of a large transaction. */
@Databases(value = Engine.POSTGRESQL, ownServer = true)
class LifeOfStreamTest extends LogScene {

    LifeOfStreamTest(TestDatabase db) {
        super(db);
    }

    private boolean ask(String sql) {
        return Jdbc.on(db.dataSource(), Dialect.POSTGRESQL)
                .inTransaction(tx -> tx.query("SELECT " + sql + " AS answer", row -> row.bool("answer"))
                        .get(0));
    }

    @Test
    void nobody_has_to_poll_to_keep_a_stream_alive() {
        db.execute(
                "CREATE TABLE idle (id int PRIMARY KEY)",
                "ALTER DATABASE " + db.name() + " SET wal_sender_timeout = '3s'");
        ChangeStream stream = stream("idle");
        db.execute("ALTER DATABASE " + db.name() + " RESET wal_sender_timeout");
        for (int i = 0; i < 2; i++) {
            String heard = heard();
            Awaitility.await().atMost(LONGEST).until(() -> !heard().equals(heard));
        }
        db.execute("INSERT INTO idle VALUES (1)");
        assertThat(cells(only(stream).after())).containsExactly("1");
    }

    /** When the server last heard of the reader. */
    private String heard() {
        return Jdbc.on(db.dataSource(), Dialect.POSTGRESQL)
                .inTransaction(tx -> tx.query(
                                "SELECT coalesce(max(reply_time)::text, 'never') AS heard FROM pg_stat_replication",
                                row -> row.string("heard"))
                        .get(0));
    }

    @Test
    void while_its_tables_rest_the_position_follows_the_log_of_the_others() {
        db.execute("CREATE TABLE resting (id int PRIMARY KEY)", "CREATE TABLE busy (id int)");
        PostgresChangeSource source = source();
        Position start = source.establish(names("resting"));
        ChangeStream stream = stream(source, start, "resting");
        db.execute("INSERT INTO busy SELECT generate_series(1, 10000)");
        AtomicReference<Position> read = new AtomicReference<>(start);
        Awaitility.await().atMost(LONGEST).pollInterval(Duration.ofMillis(1)).until(() -> {
            TransactionPiece piece = stream.poll(Duration.ofMillis(50));
            if (piece != null) {
                assertThat(piece.changes()).isEmpty();
                assertThat(piece.last()).isTrue();
                assertThat(source.covers(piece.position(), read.get())).isTrue();
                read.set(piece.position());
            }
            return WalPosition.of(read.get()).lsn() - WalPosition.of(start).lsn() > 500_000;
        });
        stream.acknowledge(read.get());
        String lsn = Lsn.text(WalPosition.of(read.get()).lsn());
        Awaitility.await()
                .atMost(LONGEST)
                .until(() -> ask("(SELECT confirmed_flush_lsn >= '" + lsn
                        + "' FROM pg_replication_slots WHERE slot_name = '" + name + "')"));
        Awaitility.await().atMost(LONGEST).pollInterval(Duration.ofMillis(1)).until(() -> {
            stream.poll(Duration.ofMillis(50));
            return stream.lagBytes() >= 0 && stream.lagBytes() < 100_000;
        });
    }

    @Test
    void a_large_transaction_comes_in_small_pieces_after_those_that_committed_before_it() throws Exception {
        db.execute(
                "CREATE TABLE large (id int PRIMARY KEY, text text)",
                "ALTER SYSTEM SET logical_decoding_work_mem = '64kB'",
                "SELECT pg_reload_conf()");
        ChangeStream stream = stream("large");
        try (var connection = db.connect();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("INSERT INTO large SELECT n, 'first ' || n FROM generate_series(1, 20000) n");
            statement.execute("SAVEPOINT a");
            statement.execute("INSERT INTO large SELECT n, 'never ' || n FROM generate_series(20001, 40000) n");
            statement.execute("SAVEPOINT b");
            statement.execute("INSERT INTO large SELECT n, 'never ' || n FROM generate_series(40001, 41000) n");
            statement.execute("RELEASE b");
            db.execute("INSERT INTO large VALUES (-1, 'between')");
            assertThat(cells(only(stream).after())).containsExactly("-1", "between");
            statement.execute("ROLLBACK TO a");
            statement.execute("ALTER TABLE large ADD COLUMN more int DEFAULT 5");
            statement.execute("UPDATE large SET more = 6 WHERE id > 0");
            connection.commit();
        }
        db.execute("INSERT INTO large VALUES (-2, 'after', 7)", "BEGIN; DELETE FROM large; ROLLBACK");
        assertLarge(stream);
        assertThat(cells(only(stream).after())).containsExactly("-2", "after", "7");
        db.execute("INSERT INTO large VALUES (-3, 'last', 8)");
        assertThat(cells(only(stream).after())).containsExactly("-3", "last", "8");
    }

    private static void assertLarge(ChangeStream stream) {
        int changes = 0;
        Position position = null;
        while (true) {
            TransactionPiece piece = stream.poll(LONGEST);
            if (piece == null || piece.transaction().isEmpty()) {
                continue;
            }
            assertThat(piece.changes().size()).isLessThanOrEqualTo(4_096);
            assertThat(position == null || position.equals(piece.position())).isTrue();
            position = piece.position();
            for (var change : piece.changes()) {
                changes++;
                String expected = changes <= 20_000 ? "first " + changes : "first " + (changes - 20_000);
                assertThat(change.after().value(1)).isEqualTo(expected);
                assertThat(change.after().size()).isEqualTo(changes <= 20_000 ? 2 : 3);
            }
            if (piece.last()) {
                break;
            }
        }
        assertThat(changes).isEqualTo(40_000);
    }

    @Test
    void a_million_rows_in_one_transaction_need_no_more_memory_than_a_few_pieces() {
        db.execute("CREATE TABLE million (id int PRIMARY KEY, text text)");
        ChangeStream stream = stream("million");
        db.execute("INSERT INTO million SELECT n, 'row number ' || n FROM generate_series(1, 1000000) n");
        long changes = 0;
        long heaviest = 0;
        boolean last = false;
        while (!last) {
            TransactionPiece piece = stream.poll(LONGEST);
            if (piece != null && !piece.transaction().isEmpty()) {
                changes += piece.changes().size();
                heaviest = Math.max(heaviest, piece.weight());
                last = piece.last();
            }
        }
        assertThat(changes).isEqualTo(1_000_000);
        assertThat(heaviest).isLessThan(2 << 20);
    }
}
