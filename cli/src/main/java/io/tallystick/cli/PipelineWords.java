package io.tallystick.cli;

import io.tallystick.cdc.replicator.PausedTable;
import io.tallystick.cdc.replicator.PipelineLive;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.cdc.replicator.PipelineStatus.TargetStatus;
import java.math.BigInteger;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Pipelines in one line. */
final class PipelineWords {

    private static final int BAR = 10;
    /** In per cent. */
    private static final int HALF = 50;

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

    /** The same for programs: numbers and truth values as such, everything else as text. */
    static Map<String, @Nullable Object> keyJson(String stored) {
        Map<String, @Nullable Object> key = new LinkedHashMap<>();
        JSON.readTree(stored).properties().forEach(cell -> {
            JsonNode text = cell.getValue().path("text");
            String kind = cell.getValue().path("kind").asString("");
            key.put(cell.getKey(), !text.isString() ? null : value(kind, text.asString()));
        });
        return key;
    }

    private static Object value(String kind, String text) {
        return switch (kind) {
            case "LONG", "INTEGER", "BIGINTEGER" -> new BigInteger(text);
            case "BOOLEAN" -> Boolean.valueOf(text);
            default -> text;
        };
    }

    static String line(PipelineStatus status, PipelineLive live) {
        return head(status) + ": "
                + status.targets().stream().map(target -> target(target, live)).collect(Collectors.joining("; "))
                + spool(status.spool())
                + alarm(live);
    }

    /** What a terminal shows and writes anew: for each target what it is doing in lines of their own, none wider than this. */
    static List<String> lines(PipelineStatus status, PipelineLive live, int width) {
        List<String> lines = new ArrayList<>(
                TextWidth.wrap(TextWidth.printable(head(status) + spool(status.spool()) + alarm(live)), width));
        for (TargetStatus target : status.targets()) {
            PipelineLive.Target measured = live.targets().get(target.target());
            String behind = measured == null ? "" : "behind " + behind(live, measured) + ", ";
            lines.add("  " + target.target() + " " + behind + counts(target)
                    + (measured == null ? "" : ", " + rate(measured)));
            if (measured != null) {
                measured.copying().forEach(copy -> lines.add("    copying " + copy(copy)));
            }
            target.paused()
                    .forEach(table -> TextWidth.wrap(TextWidth.printable(paused(table)), Math.max(20, width - 4))
                            .forEach(part -> lines.add("    " + part)));
            if (target.error() != null) {
                TextWidth.wrap(TextWidth.printable("waiting: " + target.error()), Math.max(20, width - 4))
                        .forEach(part -> lines.add("    " + part));
            }
        }
        return lines.stream().map(line -> TextWidth.cut(line, width)).toList();
    }

    private static String counted(long number, String what) {
        return number + " " + what + (number == 1 ? "" : "s");
    }

    private static String spool(PipelineStatus.@Nullable SpoolStatus spool) {
        if (spool == null || spool.bytes() == 0) {
            return "";
        }
        return "; spool " + bytes(spool.bytes()) + " of " + bytes(spool.limitBytes())
                + (spool.targets().isEmpty() ? "" : " for " + String.join(", ", spool.targets()));
    }

    /** Once the source keeps half of what it keeps at most. */
    private static String alarm(PipelineLive live) {
        return live.log() == null || live.log().percent() < HALF ? "" : "; log kept at the source: " + kept(live.log());
    }

    /** What does not change by itself while all is well. */
    static String head(PipelineStatus status) {
        String reason = status.reason() == null ? "" : " (" + status.reason() + ")";
        return status.pipeline() + " " + Words.plain(status.state()) + reason;
    }

    /** Why targets wait, and what they leave out. */
    static String errors(PipelineStatus status) {
        return status.targets().stream()
                .map(target -> target.target() + target.error() + target.paused())
                .collect(Collectors.joining());
    }

    /** Why a table is left out, and what mends it. */
    static String paused(PausedTable table) {
        return table.table() + " is left out since " + Words.exact(table.since()) + ": " + table.why()
                + (table.mend() == null ? "" : "; mend it with: " + table.mend());
    }

    private static String target(TargetStatus target, PipelineLive live) {
        String text = target.target() + " " + counts(target);
        PipelineLive.Target measured = live.targets().get(target.target());
        if (measured != null) {
            text += ", " + rate(measured) + ", behind " + behind(live, measured);
            for (PipelineLive.Copy copy : measured.copying()) {
                text += ", copying " + copy(copy);
            }
        }
        for (PausedTable table : target.paused()) {
            text += "; " + paused(table);
        }
        return target.error() == null ? text : text + ", waiting: " + target.error();
    }

    private static String counts(TargetStatus target) {
        String text = counted(target.counts().changes(), "row") + ", "
                + counted(target.counts().transactions(), "transaction");
        if (target.counts().quarantined() > 0) {
            text += ", " + counted(target.counts().quarantined(), "row") + " in quarantine";
        }
        if (target.counts().missing() > 0) {
            text += ", " + target.counts().missing() + " not found";
        }
        if (target.counts().conflicts() > 0) {
            text += ", " + counted(target.counts().conflicts(), "conflict");
        }
        return text;
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
        if (copy.estimatedRows() <= 0) {
            return copy.table() + " " + copy.rows() + " rows";
        }
        long percent = Math.min(99, copy.rows() * 100 / copy.estimatedRows());
        int full = (int) (percent * BAR / 100);
        // what matters most first: a narrow terminal cuts the rest
        String left = copy.secondsLeft() < 0
                ? ""
                : ", " + Words.length(Duration.ofSeconds(Math.max(1, copy.secondsLeft()))) + " left";
        return copy.table() + " " + percent + " % " + "█".repeat(full) + "░".repeat(BAR - full) + left + ", "
                + copy.rows() + " of about " + copy.estimatedRows() + " rows";
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
