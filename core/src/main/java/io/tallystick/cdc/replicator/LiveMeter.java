package io.tallystick.cdc.replicator;

import io.tallystick.cdc.KeptLog;
import io.tallystick.cdc.TableName;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes rates and estimates of counts. For one thread. */
final class LiveMeter {

    private static final Duration WINDOW = Duration.ofSeconds(1);
    private static final int LONGEST_REASON = 400;
    private static final int MOST_PAUSED = 10;
    private static final int LONGEST_PAUSE = 200;

    private final Map<String, Sample> changes = new HashMap<>();
    private final Map<String, Sample> copies = new HashMap<>();
    private final Map<String, Double> rates = new HashMap<>();
    /** When each target was last seen to have everything. */
    private final Map<String, Instant> level = new HashMap<>();

    private record Sample(Instant at, long count) {}

    /** @param loads what is being copied, for each target */
    PipelineLive measure(
            PipelineStatus status, Map<String, Map<TableName, LoadState>> loads, SourceWatch.Seen seen, Instant now) {
        Map<String, PipelineLive.Target> targets = new LinkedHashMap<>();
        long behind = 0;
        for (PipelineStatus.TargetStatus target : status.targets()) {
            long lag = lagMillis(status, target, now);
            behind = Math.max(behind, lag);
            targets.put(
                    target.target(),
                    new PipelineLive.Target(
                            rate(target, now),
                            lag,
                            target.queueBytes(),
                            copying(target.target(), loads.getOrDefault(target.target(), Map.of()), seen, now),
                            shortened(target.error()),
                            target.paused().stream()
                                    .limit(MOST_PAUSED)
                                    .map(table -> table.shortened(LONGEST_PAUSE))
                                    .toList()));
        }
        return new PipelineLive(
                status.state().name(),
                status.reason(),
                isAway(status) ? -1 : status.sourceLagBytes(),
                status.spool() == null ? 0 : status.spool().bytes(),
                growth(seen.kept(), Duration.ofMillis(behind)),
                targets);
    }

    /** It is stored at every target about once a second. */
    private static @Nullable String shortened(@Nullable String reason) {
        return reason == null || reason.length() <= LONGEST_REASON ? reason : reason.substring(0, LONGEST_REASON) + "…";
    }

    static PipelineLive.@Nullable Growth growth(@Nullable KeptLog kept, Duration behind) {
        return kept == null
                ? null
                : new PipelineLive.Growth(kept.bytes(), kept.limitBytes(), kept.percent(behind), kept.setting());
    }

    /** Nobody knows what a source writes that does not answer: what was known last is no answer. */
    private static boolean isAway(PipelineStatus status) {
        return status.state() == PipelineStatus.State.SOURCE_AWAY;
    }

    /** Where nothing is written for long, the first byte that comes does not make a target late that had everything a moment ago. */
    private long lagMillis(PipelineStatus status, PipelineStatus.TargetStatus target, Instant now) {
        if (isAway(status)) {
            return -1;
        }
        if (status.sourceLagBytes() == 0 && target.queueBytes() == 0) {
            level.put(target.target(), now);
            return 0;
        }
        Instant applied = later(target.appliedUpTo(), level.get(target.target()));
        return applied == null ? -1 : Math.max(0, Duration.between(applied, now).toMillis());
    }

    private static @Nullable Instant later(@Nullable Instant one, @Nullable Instant other) {
        return one == null || other != null && other.isAfter(one) ? other : one;
    }

    private double rate(PipelineStatus.TargetStatus target, Instant now) {
        long count = target.counts().changes();
        Sample last = changes.get(target.target());
        if (last == null || count < last.count) {
            changes.put(target.target(), new Sample(now, count));
            return 0;
        }
        Duration passed = Duration.between(last.at, now);
        if (passed.compareTo(WINDOW) >= 0) {
            rates.put(target.target(), (count - last.count) * 1_000.0 / passed.toMillis());
            changes.put(target.target(), new Sample(now, count));
        }
        return rates.getOrDefault(target.target(), 0.0);
    }

    private List<PipelineLive.Copy> copying(
            String target, Map<TableName, LoadState> loads, SourceWatch.Seen seen, Instant now) {
        List<PipelineLive.Copy> all = new ArrayList<>();
        loads.forEach((table, state) -> {
            boolean whole = state.from() == null && state.to() == null;
            long estimate = whole ? seen.estimates().getOrDefault(table, -1L) : -1;
            Sample first = copies.computeIfAbsent(target + "/" + table, name -> new Sample(now, state.doneRows()));
            if (state.doneRows() < first.count) {
                first = new Sample(now, state.doneRows());
                copies.put(target + "/" + table, first);
            }
            all.add(new PipelineLive.Copy(
                    table.toString(), state.doneRows(), estimate, secondsLeft(first, state.doneRows(), estimate, now)));
        });
        copies.keySet()
                .removeIf(name -> name.startsWith(target + "/")
                        && loads.keySet().stream().noneMatch(table -> name.equals(target + "/" + table)));
        return all;
    }

    private static long secondsLeft(Sample first, long rows, long estimate, Instant now) {
        long done = rows - first.count;
        long millis = Duration.between(first.at, now).toMillis();
        if (estimate < 0 || done <= 0 || millis <= 0) {
            return -1;
        }
        return Math.max(0, (estimate - rows) * millis / done / 1_000);
    }
}
