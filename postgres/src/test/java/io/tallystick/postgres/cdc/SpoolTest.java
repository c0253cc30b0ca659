package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.replicator.Pipeline;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of two targets is down while the other and the source's slot go on, over kill -9 of the pipeline and a loss of the spool. */
class SpoolTest {

    private static final Duration LONG = Duration.ofSeconds(120);

    private static TestDatabase server;
    private static TestDatabase slow;

    private TestDatabase source;
    private TestDatabase fast;

    @TempDir
    private Path folder;

    @BeforeAll
    static void servers() {
        server = TestDatabases.postgres().setting("wal_level", "logical").start();
        slow = TestDatabases.postgres().start();
    }

    @AfterAll
    static void noServers() {
        server.close();
        slow.close();
    }

    @BeforeEach
    void tables() {
        source = server.createDatabase();
        fast = server.createDatabase();
        slow.execute("DROP TABLE IF EXISTS ledger, tally_position, tally_quarantine, tally_load, tally_schema");
        for (TestDatabase each : List.of(source, fast, slow)) {
            each.execute("CREATE TABLE ledger (id BIGINT PRIMARY KEY, amount NUMERIC(12,2), note TEXT, tags TEXT[])");
        }
        source.execute("INSERT INTO ledger SELECT n, n, repeat('x', 50), '{a}' FROM generate_series(1, 500) n");
        Schema.of(Jdbc.on(fast.dataSource())).install("cdc");
        Schema.of(Jdbc.on(slow.dataSource())).install("cdc");
    }

    @AfterEach
    void noSlot() {
        log().release();
        source.close();
        fast.close();
    }

    @Test
    void while_a_target_is_down_the_other_and_the_slot_go_on_and_it_catches_up_when_it_is_back() throws SQLException {
        PostgresChangeSource log = log();
        try (PieceSpool spool = SpoolChild.spool(log, folder);
                Pipeline pipeline = started(log, spool)) {
            awaitEqual(slow);
            slow.kill();
            work(1, 12);
            awaitEqual(fast);
            awaitConfirmed(now());
            await().atMost(LONG).until(() -> pipeline.status().spool().targets().equals(List.of("slow")));
            PipelineDesk.at(Jdbc.on(fast.dataSource()), "spooled", "fast").resync(Set.of(SpoolChild.LEDGER));
            fast.execute("DELETE FROM ledger WHERE id % 10 = 3");
            work(2, 3);
            awaitConfirmed(now());
            assertThat(number(fast, "SELECT count(*) FROM tally_load WHERE state <> 'done'"))
                    .as("tables to be copied wait until all targets can take them")
                    .isEqualTo(1);
            slow.restart();
            awaitEqual(slow);
            awaitEqual(fast);
            await().atMost(LONG).until(() -> pipeline.status().spool().bytes() == 0);
            work(3, 2);
            awaitEqual(slow);
            awaitEqual(fast);
        }
    }

    @Test
    void a_pipeline_killed_with_changes_on_disk_gives_them_to_the_target_after_its_restart() throws SQLException {
        try (ChildJvm child = child()) {
            awaitEqual(slow);
            slow.kill();
            work(4, 10);
            awaitEqual(fast);
            awaitConfirmed(now());
            child.kill();
        }
        work(5, 5);
        try (ChildJvm child = child()) {
            awaitEqual(fast);
            awaitConfirmed(now());
            child.kill();
        }
        slow.restart();
        PostgresChangeSource log = log();
        try (PieceSpool spool = SpoolChild.spool(log, folder);
                Pipeline pipeline = started(log, spool)) {
            awaitEqual(slow);
            awaitEqual(fast);
            assertThat(pipeline.status().targets())
                    .allSatisfy(each -> assertThat(each.counts().missing()).isZero());
        }
    }

    @Test
    void a_spool_that_is_lost_is_a_gap_with_both_its_ends() throws SQLException, IOException {
        PostgresChangeSource log = log();
        try (PieceSpool spool = SpoolChild.spool(log, folder);
                Pipeline pipeline = started(log, spool)) {
            awaitEqual(slow);
            slow.kill();
            work(6, 6);
            awaitEqual(fast);
            awaitConfirmed(now());
            assertThat(pipeline.status().spool().bytes()).isPositive();
        }
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        slow.restart();
        String stands = text(slow, "SELECT position FROM tally_position WHERE pipeline = 'spooled/slow'");
        String before = digest(slow);
        try (PieceSpool spool = SpoolChild.spool(log, folder);
                Pipeline pipeline = started(log, spool)) {
            await().atMost(LONG).until(() -> pipeline.status().state() == PipelineStatus.State.NEEDS_RESYNC);
            assertThat(pipeline.status().reason())
                    .contains("bytes of log are missing", "spool", stands.substring(stands.lastIndexOf('/') + 1));
            assertThat(digest(slow)).isEqualTo(before);
        }
    }

    private PostgresChangeSource log() {
        return SpoolChild.source(new SpoolChild.Place(source.url(), source.user(), source.password()));
    }

    private Pipeline started(PostgresChangeSource log, PieceSpool spool) throws SQLException {
        Pipeline pipeline = SpoolChild.pipeline(log, fast.dataSource(), slow.dataSource(), spool);
        pipeline.start();
        return pipeline;
    }

    private ChildJvm child() {
        return CrashRunner.of(
                        SpoolChild.class,
                        source.url(),
                        source.user(),
                        source.password(),
                        fast.url(),
                        fast.user(),
                        fast.password(),
                        slow.url(),
                        slow.user(),
                        slow.password(),
                        folder.toString())
                .start();
    }

    /** Updates, moved keys, deletes, and one transaction that is larger than a queue. */
    private void work(int seed, int rounds) {
        for (int round = 0; round < rounds; round++) {
            long from = 10_000L * seed + 500L * round;
            source.execute(
                    "INSERT INTO ledger SELECT n, n, repeat('y', 100), ARRAY['b', NULL, 'n' || n] FROM generate_series("
                            + from + ", " + (from + 399) + ") n",
                    "UPDATE ledger SET amount = amount + 1, note = note || 'z' WHERE id % 7 = " + round % 7,
                    "DELETE FROM ledger WHERE id BETWEEN " + (from + 50) + " AND " + (from + 60),
                    "UPDATE ledger SET id = id + 1000000 WHERE id = " + (from + 70));
        }
        source.execute("INSERT INTO ledger SELECT n, 0, repeat('large', 40), NULL FROM generate_series("
                + (5_000_000L + 10_000L * seed) + ", " + (5_003_000L + 10_000L * seed) + ") n");
    }

    private void awaitEqual(TestDatabase target) {
        await().atMost(LONG)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptions()
                .untilAsserted(() -> assertThat(digest(target)).isEqualTo(digest(source)));
    }

    private String now() throws SQLException {
        return text(server, "SELECT pg_current_wal_lsn()::text");
    }

    private void awaitConfirmed(String lsn) {
        await().atMost(LONG)
                .pollInterval(Duration.ofMillis(100))
                .until(() -> text(
                                server,
                                "SELECT (confirmed_flush_lsn >= '" + lsn
                                        + "'::pg_lsn)::text FROM pg_replication_slots WHERE slot_name = 'spooled'")
                        .equals("true"));
    }

    private static String digest(TestDatabase db) throws SQLException {
        return text(db, "SELECT count(*) || ' ' || coalesce(sum(hashtext(t::text)), 0) FROM ledger t");
    }

    private static long number(TestDatabase db, String sql) throws SQLException {
        return Long.parseLong(text(db, sql));
    }

    private static String text(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
