package io.tallystick.cdc.replicator;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What people have ordered for a pipeline. It stands at every target, and where targets differ (one was away when it was given) the
 * highest number counts.
 *
 * @param number raised by each order
 * @param paused who wants the pipeline to rest; null when nobody does
 * @param resyncs how many whole resyncs were ordered; a target that has done fewer does one
 * @param resync the last of them
 */
public record PipelineOrders(
        long number,
        @Nullable Order paused,
        long resyncs,
        @Nullable Order resync) {

    static final PipelineOrders NONE = new PipelineOrders(0, null, 0, null);

    /** Who ordered something, why and when (by the clock of whoever stored it). */
    public record Order(String who, String why, Instant at) {}

    /** Those that count; of two of one number, given at different targets at the same moment, both. */
    static PipelineOrders newest(Collection<PipelineOrders> all) {
        PipelineOrders newest = all.stream()
                .max(Comparator.comparingLong(PipelineOrders::number)
                        .thenComparingLong(PipelineOrders::resyncs)
                        .thenComparing(orders -> orders.paused != null))
                .orElse(NONE);
        return all.stream()
                .filter(other -> other.number == newest.number && other.paused != null && newest.paused == null)
                .findFirst()
                .filter(pausing -> pausing.resyncs < newest.resyncs)
                .map(pausing -> newest.withPause(pausing.paused))
                .orElse(newest);
    }

    PipelineOrders withPause(@Nullable Order pause) {
        return new PipelineOrders(number + 1, pause, resyncs, resync);
    }

    PipelineOrders withResync(Order order) {
        return new PipelineOrders(number + 1, paused, resyncs + 1, order);
    }
}
