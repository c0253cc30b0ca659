package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.KeptLog;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.cdc.replicator.RunnerSettings.OnGap;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a pipeline whose log is lost begins anew by itself, and which orders count. */
class GapPolicyTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final GapException LOST = new GapException("slot s does not exist");
    private static final GapException STRANGE = GapException.otherHistory("another system");

    @Test
    void without_the_policy_a_person_decides() {
        assertThat(hindrance(OnGap.STOP, LOST, null, false)).contains("--from-now");
    }

    @Test
    void with_the_policy_a_lost_log_is_mended_but_another_history_never_followed() {
        assertThat(hindrance(OnGap.RESYNC, LOST, null, false)).isEmpty();
        assertThat(hindrance(OnGap.RESYNC, STRANGE, null, false)).contains("this is the right source");
    }

    @Test
    void what_tears_again_soon_or_before_the_copy_is_done_is_for_a_person() {
        assertThat(hindrance(OnGap.RESYNC, LOST, automatic(Duration.ofMinutes(59)), false))
                .contains("the last automatic resync");
        assertThat(hindrance(OnGap.RESYNC, LOST, automatic(Duration.ofHours(2)), true))
                .contains("the last automatic resync");
        assertThat(hindrance(OnGap.RESYNC, LOST, automatic(Duration.ofHours(2)), false))
                .isEmpty();
        assertThat(hindrance(OnGap.RESYNC, LOST, new Order("kim", "by hand", NOW), false))
                .isEmpty();
    }

    @Test
    void of_orders_at_several_targets_the_latest_counts_and_of_two_alike_the_one_that_pauses() {
        Order order = new Order("kim", "maintenance", NOW);
        PipelineOrders paused = PipelineOrders.NONE.withPause(order);
        PipelineOrders resumed = paused.withPause(null);
        assertThat(PipelineOrders.newest(List.of(paused, resumed, PipelineOrders.NONE)))
                .isEqualTo(resumed);
        assertThat(PipelineOrders.newest(List.of(PipelineOrders.NONE.withPause(null), paused)))
                .isEqualTo(paused);
        assertThat(resumed.withResync(order).resyncs()).isEqualTo(1);
    }

    @Test
    void a_pause_at_one_target_and_a_resync_at_another_of_the_same_number_both_count() {
        Order order = new Order("kim", "maintenance", NOW);
        PipelineOrders both = PipelineOrders.newest(
                List.of(PipelineOrders.NONE.withPause(order), PipelineOrders.NONE.withResync(order)));
        assertThat(both).isEqualTo(new PipelineOrders(2, order, 1, order));
    }

    @Test
    void the_share_of_kept_log_goes_by_size_or_else_by_age() {
        assertThat(new KeptLog(32, 64, null, "size").percent(Duration.ofDays(9)))
                .isEqualTo(50);
        assertThat(new KeptLog(-1, -1, Duration.ofHours(10), "age").percent(Duration.ofHours(8)))
                .isEqualTo(80);
        assertThat(new KeptLog(32, -1, null, "unlimited").percent(Duration.ofDays(9)))
                .isZero();
    }

    private static String hindrance(
            OnGap policy, GapException gap, @org.jspecify.annotations.Nullable Order last, boolean copying) {
        return new GapPolicy(policy).hindrance(gap, last, copying, NOW);
    }

    private static Order automatic(Duration ago) {
        return new Order(GapPolicy.AUTOMATIC, "lost", NOW.minus(ago));
    }
}
