package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.cdc.spool.DiskSpool;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A runner whose reading does not end when it is told to. */
@Databases(Engine.POSTGRESQL)
class PipelineRunnerTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    /** Outlasts the pauses of any machine: a pipeline whose lease has run out is begun anew. */
    private static final Duration LEASE = Duration.ofMinutes(10);

    private static final TableName NAME = new TableName("public", "ledger");
    private static final PipelineSettings SETTINGS = PipelineSettings.standard()
            .withCopyFirst(false)
            .withProgressEvery(Duration.ofSeconds(1))
            .withPauses(Duration.ofMillis(5), Duration.ofMillis(50));

    private final TestDatabase db;
    private final SourceTable ledger = Texts.table(NAME, "n_id", "n_amount");
    private final Stubborn source = new Stubborn();

    @TempDir
    private Path folder;

    PipelineRunnerTest(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void scene() {
        Schema.of(Jdbc.on(db.dataSource())).install("cdc");
        db.execute(
                "DROP TABLE IF EXISTS ledger",
                "TRUNCATE tally_position, tally_pipeline",
                "CREATE TABLE ledger (n_id BIGINT PRIMARY KEY, n_amount BIGINT)");
        source.recorded.commit(List.of(Change.insert(Texts.row(ledger, 1, 10))));
    }

    @Test
    void nothing_is_begun_anew_and_the_spool_is_not_let_go_before_all_threads_have_ended() throws SQLException {
        PipelineControl control = PipelineControl.of("test", Map.of("db", Jdbc.on(db.dataSource())));
        try (PipelineRunner runner = runner(LEASE)) {
            runner.start();
            awaitPosition(1);
            source.hold();
            control.pause("kim", "a test");
            await().atMost(LONG).until(() -> runner.status().state() == PipelineStatus.State.ENDING);
            assertThat(runner.status().reason()).contains("PAUSED", "kim");
            control.resume("kim", "a test");
            source.recorded.commit(List.of(Change.insert(Texts.row(ledger, 2, 20))));
            assertThatThrownBy(this::spool).isInstanceOf(UnavailableException.class);
            assertThat(source.opened).hasValue(1);
            assertThat(runner.status().state()).isEqualTo(PipelineStatus.State.ENDING);

            source.letGo();
            awaitPosition(2);
            assertThat(source.opened).hasValueGreaterThan(1);
            await().atMost(LONG).until(() -> runner.status().state() == PipelineStatus.State.RUNNING);
        } finally {
            source.letGo();
        }
        spool().close();
    }

    @Test
    void who_ends_with_a_thread_at_work_says_so_and_keeps_the_lease_and_the_spool() throws SQLException {
        PipelineRunner runner = runner(LEASE);
        try {
            runner.start();
            awaitPosition(1);
            source.hold();
            assertThat(runner.ends(Duration.ofMillis(10))).isFalse();
            assertThatThrownBy(this::spool).isInstanceOf(UnavailableException.class);
            PipelineBoard.Entry entry = new PipelineBoard(Jdbc.on(db.dataSource()), "test/db").read();
            assertThat(entry.isHeldBy(runner.runner())).isTrue();
        } finally {
            source.letGo();
        }
        assertThat(runner.ends(LONG)).isTrue();
        spool().close();
    }

    @Test
    void a_source_gives_back_what_only_one_process_may_hold_while_its_pipeline_rests() throws SQLException {
        PipelineControl control = PipelineControl.of("test", Map.of("db", Jdbc.on(db.dataSource())));
        try (PipelineRunner runner = runner(LEASE)) {
            runner.start();
            awaitPosition(1);
            assertThat(source.isHeld).isTrue();
            control.pause("kim", "a test");
            await().atMost(LONG).until(() -> runner.status().state() == PipelineStatus.State.PAUSED);
            assertThat(source.isHeld).isFalse();
        }
    }

    @Test
    void a_position_that_was_not_worth_a_commit_is_stored_later_also_when_nothing_more_comes() throws SQLException {
        try (PipelineRunner runner = runner(LEASE)) {
            runner.start();
            awaitPosition(1);
            source.recorded.commit(List.of());
            awaitPosition(2);
        }
    }

    @Test
    void a_spool_whose_folder_cannot_be_used_is_named_and_the_pipeline_goes_on_by_itself_when_it_can()
            throws SQLException, IOException {
        Path file = Files.createFile(folder.resolve("file"));
        Path there = file.resolve("spool");
        try (PipelineRunner runner = runner(
                LEASE, () -> DiskSpool.open(SpoolSettings.in(there), "test", Set.of(NAME), new Texts.OnDisk()))) {
            runner.start();
            await().atMost(LONG).untilAsserted(() -> {
                PipelineStatus status = runner.status();
                assertThat(status.state()).as("%s", status).isEqualTo(PipelineStatus.State.HELD_UP);
                assertThat(status.reason())
                        .contains(
                                there.toString(), "cannot be opened", file + " is no folder", "spool: dir", "by itself")
                        .doesNotContain("Exception");
            });
            assertThat(source.opened).hasValue(0);
            Files.delete(file);
            awaitPosition(1);
            await().atMost(LONG).until(() -> runner.status().state() == PipelineStatus.State.RUNNING);
        }
    }

    private void awaitPosition(int transactions) {
        PipelineDesk desk = PipelineDesk.at(Jdbc.on(db.dataSource()), "test", "db");
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(desk.standing())
                        .hasValueSatisfying(standing ->
                                assertThat(standing.position()).isEqualTo(new Position("" + transactions))));
    }

    private PieceSpool spool() {
        return DiskSpool.open(SpoolSettings.in(folder), "test", Set.of(NAME), new Texts.OnDisk());
    }

    private PipelineRunner runner(Duration lease) throws SQLException {
        return runner(lease, this::spool);
    }

    private PipelineRunner runner(Duration lease, Supplier<PieceSpool> spool) throws SQLException {
        return PipelineRunner.of(
                new PipelineRunner.Plan(
                        "test", source, Set.of(NAME), List.of(OneTable.mirrored(db, NAME)), SETTINGS, spool::get),
                RunnerSettings.standard().withLease(lease));
    }

    private static final class Stubborn implements ChangeSource {

        private final RecordedSource recorded = new RecordedSource(16);
        private final AtomicInteger opened = new AtomicInteger();
        private volatile boolean isHeld;
        private volatile CountDownLatch silence = new CountDownLatch(0);
        private volatile CountDownLatch asked = new CountDownLatch(0);

        /** Returns when the reading waits for an answer. */
        void hold() {
            asked = new CountDownLatch(1);
            silence = new CountDownLatch(1);
            await().atMost(LONG).until(() -> asked.getCount() == 0);
        }

        void letGo() {
            silence.countDown();
        }

        @Override
        public void rest() {
            isHeld = false;
        }

        @Override
        public ChangeStream open(Set<TableName> tables, Position after) {
            opened.incrementAndGet();
            isHeld = true;
            ChangeStream stream = recorded.open(tables, after);
            return new ChangeStream() {
                @Override
                public @Nullable TransactionPiece poll(Duration longest) {
                    CountDownLatch until = silence;
                    if (until.getCount() > 0) {
                        asked.countDown();
                        awaitUninterruptibly(until);
                    }
                    return stream.poll(longest);
                }

                @Override
                public void acknowledge(Position durable) {
                    stream.acknowledge(durable);
                }

                @Override
                public long lagBytes() {
                    return stream.lagBytes();
                }

                @Override
                public void close() {
                    stream.close();
                }
            };
        }

        private static void awaitUninterruptibly(CountDownLatch until) {
            try {
                until.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("nobody interrupts the reading", e);
            }
        }

        @Override
        public String name() {
            return recorded.name();
        }

        @Override
        public List<Finding> examine(Set<TableName> tables) {
            return recorded.examine(tables);
        }

        @Override
        public List<SourceTable> describe(Set<TableName> tables) {
            return recorded.describe(tables);
        }

        @Override
        public Position establish(Set<TableName> tables) {
            return recorded.establish(tables);
        }

        @Override
        public boolean covers(Position position, Position other) {
            return recorded.covers(position, other);
        }

        @Override
        public SnapshotReader snapshot() {
            return recorded.snapshot();
        }

        @Override
        public ColumnTypes types() {
            return recorded.types();
        }

        @Override
        public void release() {
            recorded.release();
        }

        @Override
        public void close() {
            recorded.close();
        }
    }
}
