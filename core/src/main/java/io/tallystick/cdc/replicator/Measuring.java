package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Measures a pipeline about once a second. {@link #look} is for one thread, the rest for all. */
final class Measuring {

    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final LiveMeter meter = new LiveMeter();
    private final SourceWatch watch;
    private volatile PipelineLive live = PipelineLive.NOTHING;
    private volatile Set<TableName> copied = Set.of();
    private Instant measuredAt = Instant.EPOCH;

    Measuring(String pipeline, ChangeSource source) {
        this.watch = new SourceWatch(pipeline, source, () -> copied, this::percent);
    }

    SourceWatch watch() {
        return watch;
    }

    PipelineLive live() {
        return live;
    }

    /** The same as JSON, as it stands at the targets. */
    String told() {
        return MAPPER.writeValueAsString(live);
    }

    private int percent() {
        PipelineLive.Growth growth = live.log();
        return growth == null ? 0 : growth.percent();
    }

    /** @param running null while nothing runs here */
    void look(PipelineStatus status, @Nullable Pipeline running, @Nullable Order pause, Instant now) {
        if (now.isBefore(measuredAt.plus(EVERY))) {
            return;
        }
        measuredAt = now;
        if (status.state() == PipelineStatus.State.STANDING_BY) {
            live = PipelineLive.NOTHING;
            return;
        }
        Map<String, Map<TableName, LoadState>> loads = running == null ? Map.of() : running.loads();
        Set<TableName> tables = new LinkedHashSet<>();
        loads.values().forEach(each -> tables.addAll(each.keySet()));
        copied = tables;
        PipelineLive measured = meter.measure(status, loads, watch.seen(), now);
        // while it rests, nobody measures how old the oldest change is that waits
        live = pause == null
                ? measured
                : measured.withLog(LiveMeter.growth(watch.seen().kept(), Duration.between(pause.at(), now)));
    }
}
