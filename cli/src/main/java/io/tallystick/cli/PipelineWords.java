package io.tallystick.cli;

import io.tallystick.cdc.replicator.PipelineLive;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.cdc.replicator.PipelineStatus.TargetStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Pipelines in one line. */
final class PipelineWords {

    private static final int BAR = 20;
    private static final String[] UNITS = {"B", "kB", "MB", "GB", "TB", "PB"};

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private PipelineWords() {}

    /** A key is stored as JSON with the kinds of its values; a person reads the values. */
    static String key(String stored) {
        List<String> values = new ArrayList<>();
        JSON.readTree(stored)
                .properties()
                .forEach(cell -> values.add(
                        cell.getKey() + "=" + cell.getValue().path("text").asString(String.valueOf(cell.getValue()))));
        return String.join(", ", values);
    }

    static String line(PipelineStatus status, PipelineLive live) {
        return head(status) + ": "
                + status.targets().stream().map(target -> target(target, live)).collect(Collectors.joining("; "))
                + spool(status.spool());
    }

    private static String spool(PipelineStatus.@Nullable SpoolStatus spool) {
        if (spool == null || spool.bytes() == 0) {
            return "";
        }
        return "; spool " + (spool.bytes() >> 20) + " of " + (spool.limitBytes() >> 20) + " MiB"
                + (spool.targets().isEmpty() ? "" : " for " + String.join(", ", spool.targets()));
    }

    /** What does not change by itself while all is well. */
    static String head(PipelineStatus status) {
        String reason = status.reason() == null ? "" : " (" + status.reason() + ")";
        return status.pipeline() + " " + Words.plain(status.state()) + reason;
    }

    /** Why targets wait. */
    static String errors(PipelineStatus status) {
        return status.targets().stream()
                .filter(target -> target.error() != null)
                .map(target -> target.target() + target.error())
                .collect(Collectors.joining());
    }

    private static String target(TargetStatus target, PipelineLive live) {
        String text = target.target() + " " + target.counts().changes() + " rows, "
                + target.counts().transactions() + " transactions";
        if (target.counts().quarantined() > 0) {
            text += ", " + target.counts().quarantined() + " in quarantine";
        }
        if (target.counts().missing() > 0) {
            text += ", " + target.counts().missing() + " not found";
        }
        if (target.counts().conflicts() > 0) {
            text += ", " + target.counts().conflicts() + " conflicts";
        }
        PipelineLive.Target measured = live.targets().get(target.target());
        if (measured != null) {
            text += ", " + rate(measured) + ", behind " + behind(live, measured);
            for (PipelineLive.Copy copy : measured.copying()) {
                text += ", copying " + copy(copy);
            }
        }
        return target.error() == null ? text : text + ", waiting: " + target.error();
    }

    static String rate(PipelineLive.Target target) {
        return Math.round(target.changesPerSecond()) + "/s";
    }

    /** In bytes of log and in time. */
    static String behind(PipelineLive live, PipelineLive.Target target) {
        String bytes = live.lagBytes() < 0 ? "" : bytes(live.lagBytes() + target.queueBytes());
        String time = target.lagMillis() < 0 ? "" : Words.length(Duration.ofMillis(target.lagMillis()));
        return bytes.isEmpty() && time.isEmpty()
                ? "unknown"
                : bytes + (bytes.isEmpty() || time.isEmpty() ? "" : ", ") + time;
    }

    /** With a bar where it is known how much there is. */
    static String copy(PipelineLive.Copy copy) {
        String text = copy.table() + " " + copy.rows();
        if (copy.estimatedRows() <= 0) {
            return text + " rows";
        }
        long percent = Math.min(99, copy.rows() * 100 / copy.estimatedRows());
        int full = (int) (percent * BAR / 100);
        text += " of about " + copy.estimatedRows() + " rows " + "█".repeat(full) + "░".repeat(BAR - full) + " "
                + percent + " %";
        return copy.secondsLeft() < 0
                ? text
                : text + ", " + Words.length(Duration.ofSeconds(copy.secondsLeft())) + " left";
    }

    static String kept(PipelineLive.Growth growth) {
        String text = growth.bytes() < 0 ? "" : bytes(growth.bytes());
        if (growth.limitBytes() > 0) {
            text += " of at most " + bytes(growth.limitBytes());
        }
        if (growth.bytes() >= 0 && growth.limitBytes() <= 0) {
            return text + ", without a limit (" + growth.setting() + ")";
        }
        return text + (text.isEmpty() ? "" : ", ") + growth.percent() + " % of " + growth.setting();
    }

    /** In steps of 1,024. */
    static String bytes(long bytes) {
        double size = bytes;
        int unit = 0;
        while (size >= 1_024 && unit < UNITS.length - 1) {
            size /= 1_024;
            unit++;
        }
        return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", size, UNITS[unit]);
    }
}
