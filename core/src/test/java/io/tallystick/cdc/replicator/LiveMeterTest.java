package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.KeptLog;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.replicator.PipelineStatus.Counts;
import io.tallystick.cdc.replicator.PipelineStatus.State;
import io.tallystick.cdc.replicator.PipelineStatus.TargetStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Rates and estimates out of counts. */
class LiveMeterTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final TableName TABLE = new TableName("public", "money");
    private static final SourceWatch.Seen SEEN =
            new SourceWatch.Seen(new KeptLog(-1, -1, Duration.ofSeconds(100), "age"), Map.of(TABLE, 1_000L));

    private final LiveMeter meter = new LiveMeter();

    @Test
    void rows_per_second_are_measured_between_two_looks() {
        measure(100, 0, 0);
        assertThat(measure(400, 0, 2).changesPerSecond()).isEqualTo(150);
        assertThat(measure(0, 0, 3).changesPerSecond()).as("begun anew").isZero();
    }

    @Test
    void a_copy_tells_how_long_it_takes_at_the_pace_so_far() {
        assertThat(copy(100, 0)).isEqualTo(new PipelineLive.Copy("public.money", 100, 1_000, -1));
        assertThat(copy(300, 10)).isEqualTo(new PipelineLive.Copy("public.money", 300, 1_000, 35));
        assertThat(copy(50, 20)).as("begun anew").isEqualTo(new PipelineLive.Copy("public.money", 50, 1_000, -1));
    }

    @Test
    void how_far_behind_a_target_is_counts_only_while_something_waits() {
        PipelineLive behind = live(1, 0, 60, 512);
        assertThat(behind.targets().get("copy").lagMillis()).isEqualTo(60_000);
        assertThat(behind.log()).isEqualTo(new PipelineLive.Growth(-1, -1, 60, "age"));
        assertThat(live(1, 0, 61, 0).targets().get("copy").lagMillis()).isZero();
    }

    @Test
    void after_a_long_silence_a_target_is_no_further_behind_than_since_it_had_everything() {
        live(1, 0, 600, 0);
        assertThat(live(1, 0, 601, 56).targets().get("copy").lagMillis()).isEqualTo(1_000);
    }

    @Test
    void how_far_behind_a_target_is_nobody_knows_while_the_source_does_not_answer() {
        TargetStatus target = new TargetStatus("copy", null, new Counts(1, 1, 0, 0), 0, NOW, null);
        PipelineStatus status = new PipelineStatus("bank", State.SOURCE_AWAY, "refused", 0, List.of(target), null);
        PipelineLive live = meter.measure(status, Map.of(), SEEN, NOW.plusSeconds(1));
        assertThat(live.lagBytes()).isEqualTo(-1);
        assertThat(live.targets().get("copy").lagMillis()).isEqualTo(-1);
    }

    @Test
    void why_a_target_waits_is_told_and_never_at_any_length() {
        assertThat(measure(1, 0, 0).waiting()).isNull();
        TargetStatus away = new TargetStatus("copy", null, new Counts(1, 1, 0, 0), 0, NOW, "x".repeat(10_000));
        PipelineStatus status = new PipelineStatus("bank", State.RUNNING, null, 0, List.of(away), null);
        assertThat(meter.measure(status, Map.of(), SEEN, NOW)
                        .targets()
                        .get("copy")
                        .waiting())
                .startsWith("xxx")
                .hasSizeLessThan(1_000);
    }

    private PipelineLive.Target measure(long changes, long copied, int second) {
        return live(changes, copied, second, 0).targets().get("copy");
    }

    private PipelineLive.Copy copy(long copied, int second) {
        return measure(0, copied, second).copying().get(0);
    }

    private PipelineLive live(long changes, long copied, int second, long lagBytes) {
        TargetStatus target = new TargetStatus("copy", null, new Counts(changes, 1, 0, 0), 0, NOW, null);
        PipelineStatus status = new PipelineStatus("bank", State.RUNNING, null, lagBytes, List.of(target), null);
        LoadState load = new LoadState(TABLE, null, null, null, copied, false);
        return meter.measure(status, Map.of("copy", Map.of(TABLE, load)), SEEN, NOW.plusSeconds(second));
    }
}
