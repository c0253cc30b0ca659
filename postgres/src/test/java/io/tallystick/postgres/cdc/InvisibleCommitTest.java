package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SnapshotReader.Chunk;
import io.tallystick.cdc.SnapshotReader.Outset;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A transaction waits for a synchronous replica that is away: it is in the log, is delivered, and nobody sees it. */
@Databases(
        value = Engine.POSTGRESQL,
        settings = {"wal_level=logical", "synchronous_commit=local", "synchronous_standby_names=nobody"})
class InvisibleCommitTest extends LogScene {

    InvisibleCommitTest(TestDatabase db) {
        super(db);
    }

    @Test
    void a_chunk_that_has_not_seen_what_was_delivered_before_does_not_count() throws SQLException {
        db.execute("CREATE TABLE waiting (id int PRIMARY KEY)");
        PostgresChangeSource source = source();
        ChangeStream stream = stream(source, source.establish(names("waiting")), "waiting");
        SourceTable table = source.describe(names("waiting")).get(0);
        SnapshotReader reader = track(source.snapshot());
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("SET synchronous_commit = on");
            CompletableFuture<Void> commit = CompletableFuture.runAsync(() -> insert(statement));
            TransactionPiece delivered = next(stream);
            Outset outset = reader.outset(delivered.position());
            Chunk early = reader.read(table, null, null, 10);
            assertThat(early.rows()).isEmpty();
            assertThat(early.watermark().passed(outset)).isFalse();
            // it is delivered a moment before it begins to wait
            await().until(() -> {
                db.execute("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'");
                return commit.isDone();
            });
            commit.join();
            Chunk late = reader.read(table, null, null, 10);
            assertThat(late.rows()).hasSize(1);
            assertThat(late.watermark().passed(outset)).isTrue();
        }
    }

    @Test
    void a_number_that_is_taken_after_the_outset_is_not_waited_for() throws SQLException {
        db.execute("CREATE TABLE quiet (id int PRIMARY KEY)");
        PostgresChangeSource source = source();
        SourceTable table = source.describe(names("quiet")).get(0);
        SnapshotReader reader = track(source.snapshot());
        Outset outset = reader.outset(source.establish(names("quiet")));
        try (Connection open = db.connect();
                Statement statement = open.createStatement()) {
            open.setAutoCommit(false);
            statement.execute("INSERT INTO quiet VALUES (1)");
            await().until(() -> reader.read(table, null, null, 10).watermark().passed(outset));
            open.rollback();
        }
    }

    private static void insert(Statement statement) {
        try {
            statement.execute("INSERT INTO waiting VALUES (1)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
