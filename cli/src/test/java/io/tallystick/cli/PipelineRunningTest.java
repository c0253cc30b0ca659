package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.jdbc.Finding;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What an operator does with a pipeline that runs: pause, resume, resync, two runners. */
@Databases(value = Engine.POSTGRESQL, settings = "wal_level=logical")
class PipelineRunningTest extends MoneyScene {

    PipelineRunningTest(TestDatabase bank) {
        super(bank);
    }

    @Test
    void a_paused_pipeline_rests_also_when_its_runner_is_started_anew_and_goes_on_when_it_is_resumed()
            throws SQLException {
        try (PipelineRun run = copied()) {
            assertThat(order("pause", "maintenance of the copy").err()).isEmpty();
            patiently().until(() -> run.status().state() == PipelineStatus.State.PAUSED);
            assertThat(run.status().reason()).contains("kim", "maintenance of the copy");
        }
        bank.execute("INSERT INTO money VALUES (51, 10)");
        try (PipelineRun run = started()) {
            patiently().until(() -> run.status().state() == PipelineStatus.State.PAUSED);
            assertThat(order("pause", "again").exit()).isEqualTo(Exit.REFUSED);
            assertThat(number(copy, "SELECT count(*) FROM money")).isEqualTo(50);
            assertThat(order("resume", "done").exit()).isZero();
            awaitRows(51);
        }
        assertThat(order("resume", "again").exit()).isEqualTo(Exit.REFUSED);
        assertThat(rows(copy, "SELECT act || ' ' || who || ' ' || why FROM tally_pipeline_audit ORDER BY id"))
                .containsExactly("pause kim maintenance of the copy", "resume kim done");
    }

    @Test
    void a_runner_that_is_told_to_end_gives_its_lease_back_so_that_nobody_waits_for_its_end() throws Exception {
        file = write("lease: 10m");
        try (ChildJvm runner = CrashRunner.of(Tally.class, "pipeline", "run", "--install", file.toString())
                .start()) {
            awaitRows(50);
            assertThat(ProcessHandle.of(runner.pid()).orElseThrow().destroy())
                    .as("SIGTERM is sent")
                    .isTrue();
            runner.await(LONG);
        }
        assertThat(number(copy, "SELECT count(*) FROM tally_pipeline WHERE lease_until > now()"))
                .isZero();
    }

    @Test
    void a_runner_at_a_target_without_tallysticks_tables_says_how_they_are_made_and_goes_on_then() throws Exception {
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
            run.start();
            patiently()
                    .untilAsserted(() -> assertThat(run.status().reason())
                            .contains("tally pipeline run --install")
                            .doesNotContain("SELECT"));
            run.install();
            awaitRows(50);
        }
    }

    @Test
    void after_a_gap_a_resync_from_now_makes_the_copy_equal_and_deletes_what_the_source_has_no_more()
            throws SQLException {
        try (PipelineRun run = copied()) {}
        loseLog();
        Run lost = pipeline("run");
        assertThat(lost.exit()).isEqualTo(Exit.FINDINGS);
        assertThat(lost.out()).contains("needs resync", "--from-now");
        Run asked = order("resync", "the slot was dropped", "--from-now");
        assertThat(asked.exit()).isEqualTo(Exit.REFUSED);
        assertThat(asked.out()).contains("public.money at copy: rows that the source has no more are deleted");
        assertThat(order("resync", "the slot was dropped", "--from-now", "--yes")
                        .err())
                .isEmpty();
        try (PipelineRun run = started()) {
            awaitEqual();
            assertThat(run.status().state()).isEqualTo(PipelineStatus.State.RUNNING);
            bank.execute("UPDATE money SET amount = 11 WHERE id = 1");
            awaitEqual();
        }
        assertThat(rows(copy, "SELECT detail FROM tally_pipeline_audit WHERE act = 'deleted'"))
                .singleElement()
                .asString()
                .contains("10 rows of public.money");
    }

    @Test
    void with_on_gap_resync_a_pipeline_mends_itself_and_says_so_but_only_once_an_hour()
            throws SQLException, IOException {
        file = write("lease: 1s, on_gap: resync");
        try (PipelineRun run = copied()) {}
        loseLog();
        try (PipelineRun run = started()) {
            awaitEqual();
        }
        assertThat(rows(copy, "SELECT who || ': ' || why FROM tally_pipeline_audit WHERE act = 'resync'"))
                .singleElement()
                .asString()
                .contains("tallystick: ", "slot tally_bank");
        loseLog();
        Run again = pipeline("run");
        assertThat(again.exit()).isEqualTo(Exit.FINDINGS);
        assertThat(again.out()).contains("the last automatic resync was at");
    }

    @Test
    void a_range_of_keys_is_brought_in_line_and_nothing_outside_of_it() throws SQLException {
        try (PipelineRun run = copied()) {
            bank.execute("DELETE FROM money WHERE id = 12");
            awaitRows(49);
            copy.execute(
                    "UPDATE money SET amount = 0 WHERE id IN (9, 10, 20, 21)",
                    "DELETE FROM money WHERE id = 15",
                    "INSERT INTO money VALUES (-5, 1), (12, 1)");
            Run wrong = order("resync", "drift", "--table", "public.money", "--from-key", "ten");
            assertThat(wrong.err()).contains("holds whole numbers");
            Run ordered = order("resync", "drift", "--table", "public.money", "--from-key", "10", "--to-key", "20");
            assertThat(ordered.err()).isEmpty();
            patiently()
                    .untilAsserted(() -> assertThat(
                                    rows(copy, "SELECT id::text FROM money WHERE amount <> 10 ORDER BY money.id"))
                            .containsExactly("-5", "9", "21"));
            assertThat(number(copy, "SELECT count(*) FROM money")).isEqualTo(50);
            assertThat(order("resync", "drift", "--table", "public.money").exit())
                    .isZero();
            awaitEqual();
        }
    }

    /** A lease that outlasts the pauses of any machine: the other runner would take over from one that lives. */
    private void longLease() throws IOException {
        file = write("lease: 2m");
    }

    @Test
    void a_second_runner_stands_by_and_takes_over_when_the_first_is_killed() throws SQLException, IOException {
        longLease();
        try (ChildJvm first = CrashRunner.of(Tally.class, "pipeline", "run", "--install", file.toString())
                .start()) {
            awaitRows(50);
            try (PipelineRun second = started()) {
                patiently().until(() -> second.status().state() == PipelineStatus.State.STANDING_BY);
                assertThat(second.status().reason()).contains("process " + first.pid());
                bank.execute("UPDATE money SET amount = 1 WHERE id = 1");
                awaitEqual();
                assertThat(second.status().state())
                        .as("the first one works as long as it lives")
                        .isEqualTo(PipelineStatus.State.STANDING_BY);
                first.kill();
                // the time that its lease still has
                copy.execute("UPDATE tally_pipeline SET lease_until = now()");
                bank.execute("UPDATE money SET amount = 2 WHERE id = 2", "DELETE FROM money WHERE id = 3");
                awaitEqual();
                assertThat(second.status().state()).isEqualTo(PipelineStatus.State.RUNNING);
            }
        }
        assertThat(number(copy, "SELECT lease_epoch FROM tally_pipeline")).isEqualTo(2);
    }

    @Test
    void a_runner_that_ends_hands_over_at_once_and_status_says_who_runs() throws SQLException, IOException {
        longLease();
        try (PipelineRun first = copied()) {
            try (PipelineRun second = started()) {
                patiently().until(() -> second.status().state() == PipelineStatus.State.STANDING_BY);
                assertThat(pipeline("status").out())
                        .contains("run by", "process " + ProcessHandle.current().pid());
                first.close();
                patiently().until(() -> second.status().state() == PipelineStatus.State.RUNNING);
                bank.execute("DELETE FROM money WHERE id = 3");
                awaitEqual();
            }
        }
        assertThat(pipeline("status").out()).contains("run by nobody");
    }

    @Test
    void while_a_pipeline_is_paused_half_of_the_log_that_is_kept_at_most_is_a_warning_and_four_fifths_are_an_error()
            throws SQLException {
        ListAppender<ILoggingEvent> logged = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger("io.tallystick.cdc.replicator.SourceWatch");
        logger.setLevel(Level.WARN);
        logger.addAppender(logged);
        logged.start();
        try (PipelineRun run = copied()) {
            assertThat(order("pause", "maintenance").err()).isEmpty();
            patiently().until(() -> run.status().state() == PipelineStatus.State.PAUSED);
            for (int segment = 0; segment < 3; segment++) {
                bank.execute("UPDATE money SET amount = amount + 1", "SELECT pg_switch_wal()");
            }
            String limit = limitUsedUpTo(60);
            patiently().until(() -> levels(logged).contains(Level.WARN));
            assertThat(kept(run)).isEqualTo(Finding.Severity.WARNING);
            assertThat(pipeline("status").out())
                    .contains("paused since", "by kim: maintenance", "of at most " + limit + ".0 MB", "paused");
            limitUsedUpTo(85);
            patiently().until(() -> levels(logged).contains(Level.ERROR));
            assertThat(levels(logged)).containsExactly(Level.WARN, Level.ERROR);
            assertThat(logged.list.get(1).getFormattedMessage())
                    .containsPattern("the source of bank keeps log up to 8\\d per cent of max_slot_wal_keep_size");
            assertThat(kept(run)).isEqualTo(Finding.Severity.ERROR);
            assertThat(order("resume", "done").err()).isEmpty();
            awaitEqual();
        } finally {
            bank.execute("ALTER SYSTEM RESET max_slot_wal_keep_size", "SELECT pg_reload_conf()");
            logger.detachAppender(logged);
            logger.setLevel(null);
        }
    }

    /** Sets how much log is kept at most, in MB, so that what is kept already is about so much of it. */
    private String limitUsedUpTo(int percent) throws SQLException {
        String limit = one(
                bank,
                "SELECT ceil(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) / 1048576 * 100 / " + percent
                        + ")::int FROM pg_replication_slots WHERE slot_name = 'tally_bank'");
        bank.execute("ALTER SYSTEM SET max_slot_wal_keep_size = '" + limit + "MB'", "SELECT pg_reload_conf()");
        return limit;
    }

    private static List<Level> levels(ListAppender<ILoggingEvent> logged) {
        return List.copyOf(logged.list).stream().map(ILoggingEvent::getLevel).toList();
    }

    private static Finding.Severity kept(PipelineRun run) {
        return run.examine().stream()
                .filter(finding -> finding.subject().equals("source: max_slot_wal_keep_size"))
                .map(Finding::severity)
                .findAny()
                .orElseThrow();
    }

    @Test
    void run_creates_missing_tables_tells_how_it_does_in_lines_and_status_has_rates() throws SQLException {
        copy.execute("DROP TABLE money");
        try (ChildJvm run = CrashRunner.of(Tally.class, "pipeline", "run", "--install", "--create", file.toString())
                .start()) {
            run.awaitOutput("created public.money at copy", LONG);
            awaitRows(50);
            bank.execute("UPDATE money SET amount = 7");
            awaitEqual();
            run.awaitOutput("bank running: copy", LONG);
            patiently()
                    .untilAsserted(() ->
                            assertThat(pipeline("status").out()).containsPattern("copy +.* ago +\\d+/s +\\S+ k?B, "));
        }
    }

    @Test
    void conflicts_are_listed_the_newest_first_with_keys_and_no_other_values() throws Exception {
        Files.writeString(
                file,
                Files.readString(file)
                        .replace("table: public.money}", "table: public.money, on_conflict: target_wins}"));
        try (PipelineRun run = copied()) {
            patiently().until(() -> number(copy, "SELECT count(*) FROM tally_load WHERE state <> 'done'") == 0);
            assertThat(pipeline("conflicts").out()).contains("No conflict is known.");
            copy.execute("INSERT INTO money VALUES (51, 111111)", "DELETE FROM money WHERE id = 7");
            bank.execute("INSERT INTO money VALUES (51, 222222)");
            bank.execute("UPDATE money SET amount = 333333 WHERE id = 7");
            bank.execute("INSERT INTO money VALUES (52, 10)");
            patiently()
                    .untilAsserted(() -> assertThat(number(copy, "SELECT count(*) FROM money WHERE id = 52"))
                            .isOne());
            Run listed = pipeline("conflicts");
            assertThat(listed.exit()).isZero();
            assertThat(listed.out())
                    .containsPattern("(?s)public.money +id=7 +gone +target.*public.money +id=51 +there +target")
                    .doesNotContain("111111", "222222", "333333");
            assertThat(pipeline("conflicts", "--limit", "1", "--target", "copy", "--json")
                            .out())
                    .contains("\"copy\"", "\"gone\"")
                    .doesNotContain("\"there\"");
            assertThat(pipeline("conflicts", "--target", "nowhere").exit()).isEqualTo(Exit.USAGE);
        }
    }

    /** The slot is gone while rows are changed, made and deleted. */
    private void loseLog() throws SQLException {
        assertThat(pipeline("drop", "--yes").exit()).isZero();
        bank.execute(
                "DELETE FROM money WHERE id BETWEEN 11 AND 20",
                "UPDATE money SET amount = amount + 1 WHERE id > 40",
                "INSERT INTO money SELECT max(id) + 7, 3 FROM money");
    }

    private Run order(String verb, String why, String... more) {
        List<String> words = new ArrayList<>(List.of("--who", "kim", "--why", why));
        words.addAll(Arrays.asList(more));
        return pipeline(verb, words.toArray(String[]::new));
    }
}
