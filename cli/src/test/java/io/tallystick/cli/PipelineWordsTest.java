package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.replicator.PipelineLive;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.cdc.replicator.PipelineStatus.Counts;
import io.tallystick.cdc.replicator.PipelineStatus.State;
import io.tallystick.cdc.replicator.PipelineStatus.TargetStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person sees of a pipeline that runs. */
class PipelineWordsTest {

    private static final PipelineLive LIVE = new PipelineLive(
            "RUNNING",
            null,
            0,
            0,
            null,
            Map.of(
                    "mail",
                    new PipelineLive.Target(
                            12, 0, 0, List.of(new PipelineLive.Copy("public.money", 300, 1_000, 35)), null),
                    "crm",
                    new PipelineLive.Target(0, 0, 0, List.of(), null)));

    @ParameterizedTest
    @ValueSource(ints = {20, 39, 79, 200})
    void on_a_terminal_every_target_is_seen_and_no_line_is_wider_than_the_terminal(int width) {
        List<String> lines =
                PipelineWords.lines(status("away, and for a reason that takes a while to tell"), LIVE, width);
        assertThat(lines).allSatisfy(line -> assertThat(TextWidth.of(line)).isLessThanOrEqualTo(width));
        assertThat(lines)
                .anySatisfy(line -> assertThat(line).startsWith("  mail "))
                .anySatisfy(line -> assertThat(line).startsWith("  crm "))
                .anySatisfy(line -> assertThat(line).contains("waiting: "));
    }

    @Test
    void on_a_narrow_terminal_a_copy_still_tells_how_far_it_is() {
        assertThat(PipelineWords.lines(status(null), LIVE, 39))
                .anySatisfy(line -> assertThat(line).startsWith("    copying public.money 30 %"));
    }

    @Test
    void rows_that_wait_are_told_as_rows_because_each_may_have_several_changes() {
        assertThat(PipelineWords.line(status(null), LIVE))
                .contains("mail 1 row, 2 transactions, 7 rows in quarantine", "crm 0 rows, 1 transaction");
    }

    @ParameterizedTest
    @CsvSource({"49, false", "50, true", "83, true"})
    void log_that_a_source_may_soon_give_up_is_told_by_run_as_well(int percent, boolean told) {
        PipelineLive.Growth log = new PipelineLive.Growth(percent << 20, 100 << 20, percent, "max_slot_wal_keep_size");
        PipelineLive live = new PipelineLive("RUNNING", null, 0, 0, log, LIVE.targets());
        String words = "log kept at the source: " + percent + ".0 MB of at most 100.0 MB, " + percent + " %";
        assertThat(PipelineWords.line(status(null), live).contains(words)).isEqualTo(told);
        assertThat(String.join("\n", PipelineWords.lines(status(null), live, 200))
                        .contains(words))
                .isEqualTo(told);
    }

    private static PipelineStatus status(@Nullable String error) {
        return new PipelineStatus(
                "bank",
                State.RUNNING,
                null,
                0,
                List.of(
                        new TargetStatus("mail", null, new Counts(1, 2, 0, 7), 0, Instant.EPOCH, null),
                        new TargetStatus("crm", null, new Counts(0, 1, 0, 0), 0, Instant.EPOCH, error)),
                null);
    }
}
