package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The primary of a source dies and its streaming standby takes its place, with the slot that the server has kept in step there
 * (PostgreSQL 17 and newer). The pipeline knows both by one URL.
 */
@Databases(Engine.POSTGRESQL)
class FailoverSlotTest {

    private static final Duration LONG = Duration.ofSeconds(120);

    private final TestDatabase server;
    private TestDatabase target;
    private TestDatabase primary;
    private TestDatabase standby;

    @TempDir
    private Path folder;

    FailoverSlotTest(TestDatabase server) {
        this.server = server;
    }

    @BeforeEach
    void primaryAndStandby() throws IOException {
        target = server.createDatabase();
        target.execute(
                "CREATE TABLE entry (id bigint PRIMARY KEY, note text)",
                "CREATE TABLE arrival (id bigint)",
                "CREATE FUNCTION arrives() RETURNS trigger LANGUAGE plpgsql AS"
                        + " 'BEGIN INSERT INTO arrival VALUES (NEW.id); RETURN NULL; END'",
                "CREATE TRIGGER arrives AFTER INSERT OR UPDATE ON entry FOR EACH ROW EXECUTE FUNCTION arrives()",
                "ALTER TABLE entry ENABLE ALWAYS TRIGGER arrives");
        primary = TestDatabases.postgres().start();
        primary.execute(
                "CREATE TABLE entry (id bigint PRIMARY KEY, note text)",
                // for the copy; it means nothing to a primary
                "ALTER SYSTEM SET primary_slot_name = 'twin'");
        primary.stop();
        Path signal = Files.createFile(primary.dataDirectory().resolve("standby.signal"));
        standby = TestDatabases.postgres()
                .dataFrom(primary.dataDirectory())
                .setting(
                        "primary_conninfo",
                        "host=127.0.0.1 port=" + primary.port() + " user=" + primary.user() + " dbname="
                                + primary.name())
                .setting("hot_standby_feedback", "on")
                .setting("wal_retrieve_retry_interval", "100ms")
                .setting("wal_receiver_status_interval", "1s")
                .start();
        Files.delete(signal);
        primary.restart();
        primary.execute("SELECT pg_create_physical_replication_slot('twin', true)");
        waiting()
                .untilAsserted(() -> assertThat(answer(
                                primary,
                                "SELECT count(*)::text AS answer FROM pg_stat_replication WHERE state = 'streaming'"))
                        .as(standby::log)
                        .isEqualTo("1"));
    }

    @AfterEach
    void noServers() {
        standby.close();
        primary.close();
        target.close();
    }

    @Test
    void a_pipeline_goes_on_from_the_slot_that_the_server_kept_in_step_on_the_promoted_standby() throws IOException {
        primary.execute("ALTER SYSTEM SET synchronized_standby_slots = 'twin'", "SELECT pg_reload_conf()");
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file()))) {
            // settings are read anew some time after they were ordered
            waiting().untilAsserted(() -> assertThat(aboutStandbys(run)).isEmpty());
            run.install();
            run.start();
            keepSlotInStep();
            awaitSame(primary);
            for (int part = 0; part < 20; part++) {
                insert(primary, 300);
            }
            // somewhere in the middle of them
            primary.kill();
            standby.execute("SELECT pg_promote(true, 300)");
            for (int part = 0; part < 3; part++) {
                insert(standby, 100);
            }
            awaitSame(standby);
            assertThat(
                            answer(
                                    target,
                                    "SELECT coalesce(string_agg(id || ' came ' || n || ' times', ', '), 'each once') AS answer"
                                            + " FROM (SELECT id, count(*) AS n FROM arrival GROUP BY id HAVING count(*) <> 1) AS twice"))
                    .isEqualTo("each once");
            assertThat(answer(target, "SELECT count(*)::text AS answer FROM arrival"))
                    .isEqualTo(answer(standby, "SELECT count(*)::text AS answer FROM entry"));
            waiting().untilAsserted(() -> assertThat(run.status().state()).isEqualTo(PipelineStatus.State.RUNNING));
            assertThat(answer(
                            standby,
                            "SELECT synced::text AS answer FROM pg_replication_slots WHERE slot_name = 'twins'"))
                    .as("it was read from the slot that was copied, and no other was made")
                    .isEqualTo("true");
        }
    }

    @Test
    void what_was_read_before_the_standby_had_it_is_a_gap_that_the_check_has_foretold() throws IOException {
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file()))) {
            assertThat(aboutStandbys(run))
                    .contains(
                            "WARNING source: synchronized_standby_slots is empty while 'twin' is connected",
                            "ALTER SYSTEM SET synchronized_standby_slots = 'twin'");
            run.install();
            run.start();
            keepSlotInStep();
            awaitSame(primary);
            standby.stop();
            insert(primary, 5);
            awaitSame(primary);
            primary.kill();
            standby.restart();
            standby.execute("SELECT pg_promote(true, 300)");
            insert(standby, 1);
            waiting()
                    .untilAsserted(() -> assertThat(run.status().state()).isEqualTo(PipelineStatus.State.NEEDS_RESYNC));
            assertThat(run.status().reason())
                    .contains("is not part of this server's history: it was promoted to time line 2");
        }
    }

    @Test
    void what_keeps_a_standby_from_carrying_a_pipeline_on_is_found_by_the_check() throws IOException {
        primary.execute("ALTER SYSTEM SET synchronized_standby_slots = 'twin'", "SELECT pg_reload_conf()");
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file()))) {
            primary.execute("SELECT pg_create_logical_replication_slot('twins', 'pgoutput')");
            assertThat(aboutStandbys(run))
                    .contains("WARNING source: slot twins is not one that standbys keep a copy of", "FAILOVER true");

            standby.execute("ALTER SYSTEM SET primary_slot_name = ''", "SELECT pg_reload_conf()");
            waiting()
                    .untilAsserted(
                            () -> assertThat(aboutStandbys(run))
                                    .contains(
                                            "WARNING source: slot of a standby is missing for 1 that is connected",
                                            "WARNING source: synchronized_standby_slots is 'twin', which nobody is connected to"));

            primary.execute("SELECT pg_drop_replication_slot('twin')");
            assertThat(aboutStandbys(run))
                    .contains(
                            "ERROR source: synchronized_standby_slots is 'twin', which is no physical slot of this server",
                            "pg_create_physical_replication_slot('twin')");
        }
    }

    /** From here on the server copies the pipeline's slot; it can be used once decoding has passed what the standby had at first. */
    private void keepSlotInStep() {
        waiting()
                .untilAsserted(() -> assertThat(answer(
                                primary,
                                "SELECT count(*)::text AS answer FROM pg_replication_slots WHERE failover AND active"))
                        .isEqualTo("1"));
        standby.execute("ALTER SYSTEM SET sync_replication_slots = on", "SELECT pg_reload_conf()");
        waiting().untilAsserted(() -> {
            insert(primary, 1);
            primary.execute("SELECT pg_log_standby_snapshot()");
            assertThat(answer(
                            standby,
                            "SELECT count(*)::text AS answer FROM pg_replication_slots WHERE synced AND NOT temporary"))
                    .isEqualTo("1");
        });
    }

    private static void insert(TestDatabase source, int rows) {
        source.execute("INSERT INTO entry SELECT (SELECT coalesce(max(id), 0) FROM entry) + n, repeat('x', 100)"
                + " FROM generate_series(1, " + rows + ") n");
    }

    private void awaitSame(TestDatabase source) {
        String digest = "SELECT count(*) || ' ' || coalesce(sum(hashtext(t::text)), 0) AS answer FROM entry t";
        waiting().untilAsserted(() -> assertThat(answer(target, digest)).isEqualTo(answer(source, digest)));
    }

    private static ConditionFactory waiting() {
        return await().atMost(LONG).pollInterval(Duration.ofMillis(100)).ignoreExceptions();
    }

    private static String aboutStandbys(PipelineRun run) {
        return run.examine().stream()
                .map(Finding::toString)
                .filter(finding -> finding.contains("standby"))
                .collect(Collectors.joining("\n"));
    }

    private static String answer(TestDatabase db, String sql) {
        List<String> found = Jdbc.on(db.dataSource(), Dialect.POSTGRESQL)
                .autocommit(tx -> tx.query(sql, row -> row.string("answer")));
        return found.get(0);
    }

    private Path file() throws IOException {
        String url =
                "jdbc:postgresql://127.0.0.1:" + primary.port() + ",127.0.0.1:" + standby.port() + "/" + primary.name();
        return Files.writeString(folder.resolve("twins.yaml"), """
                pipeline: twins
                source: {url: "%s", user: %s, password: %s, slot: twins, tables: [public.entry]}
                targets: {copy: {url: "%s", user: %s, password: %s}}
                routes:
                  - from: public.entry
                    to: [{target: copy, table: public.entry}]
                settings: {copy_first: false, first_pause: 20ms, longest_pause: 200ms, progress_every: 200ms}
                """.formatted(
                        url, primary.user(), primary.password(), target.url(), target.user(), target.password()));
    }
}
