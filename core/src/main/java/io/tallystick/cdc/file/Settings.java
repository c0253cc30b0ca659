package io.tallystick.cdc.file;

import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.replicator.LoopPolicy;
import io.tallystick.cdc.replicator.PipelineSettings;
import io.tallystick.cdc.replicator.RunnerSettings;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/** The optional parts {@code settings} and {@code spool} of a file. */
final class Settings {

    private static final Pattern SIZE = Pattern.compile("(\\d{1,9})(kB|MB|GB|KiB|MiB|GiB)?");
    private static final Pattern TIME = Pattern.compile("(\\d{1,9})(ms|s|m|h)");

    /** groupChanges and the like. */
    private static final Pattern CAMEL = Pattern.compile("\\b(group|progress|first|longest)([A-Z])");

    private static final Pattern ISO_TIME = Pattern.compile("PT[0-9.]+[HMS][0-9.HMS]*(?<![.])");

    private Settings() {}

    static PipelineSettings of(Section section, Problems problems) {
        PipelineSettings standard = PipelineSettings.standard();
        try {
            return new PipelineSettings(
                    (int) size(section, "group_changes", standard.groupChanges(), problems),
                    size(section, "queue", standard.queueBytes(), problems),
                    time(section, "progress_every", standard.progressEvery(), problems),
                    time(section, "first_pause", standard.firstPause(), problems),
                    time(section, "longest_pause", standard.longestPause(), problems),
                    yes(section, "copy_first", problems),
                    standard.loop());
        } catch (IllegalArgumentException e) {
            problems.at(section.node(), inTheFile(String.valueOf(e.getMessage())));
            return standard;
        } finally {
            section.refuseOthers();
        }
    }

    /** Null when it is wrong; what is wrong is written down. */
    static @Nullable SpoolSettings spool(Section section, Problems problems) {
        SpoolSettings standard = SpoolSettings.in(Path.of(""));
        String directory = section.text("dir");
        try {
            // everything is asked for before anything can be refused: what nobody asked for is told to be unknown
            long limit = size(section, "limit", standard.limitBytes(), problems);
            Duration patience = time(section, "after", standard.patience(), problems);
            long sourceLog = size(section, "source_log", standard.sourceLogBytes(), problems);
            return new SpoolSettings(directory(directory), limit, patience, sourceLog);
        } catch (IllegalArgumentException e) {
            problems.at(section.node(), inTheFile(String.valueOf(e.getMessage())));
            return null;
        } finally {
            section.refuseOthers();
        }
    }

    private static Path directory(String text) {
        try {
            Path directory = Path.of(text);
            if (text.isEmpty() || directory.isAbsolute()) {
                return directory;
            }
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("'dir' is '" + text + "', which is no path: " + e.getReason(), e);
        }
        throw new IllegalArgumentException(
                "'dir' is '" + text
                        + "'; expected an absolute path: started from another directory, the pipeline would miss what lies there");
    }

    /** The part of it that is about several runners; to be read before {@link #of}, which refuses what nobody asked for. */
    static RunnerSettings running(Section section, Problems problems) {
        RunnerSettings standard = RunnerSettings.standard();
        try {
            return new RunnerSettings(
                    time(section, "lease", standard.lease(), problems),
                    section.word("on_gap", RunnerSettings.OnGap.class, standard.onGap()));
        } catch (IllegalArgumentException e) {
            problems.at(section.node(), inTheFile(String.valueOf(e.getMessage())));
            return standard;
        }
    }

    /** A word, or a list of names of pipelines. */
    static LoopPolicy loop(Section all, Problems problems) {
        if (!(all.at("loop") instanceof SequenceNode)) {
            return all.word("loop", Loop.class, Loop.STOP) == Loop.STOP ? LoopPolicy.STOP : LoopPolicy.CARRY;
        }
        Set<String> names = new LinkedHashSet<>();
        for (Node node : all.list("loop")) {
            String name = all.scalar(node, "loop");
            if (!name.matches("[\\w.-]{1,100}")) {
                problems.at(
                        node,
                        "'loop' names '" + name + "'; expected the name of a pipeline that writes to this source");
            }
            names.add(name);
        }
        return LoopPolicy.stop(names);
    }

    private static boolean yes(Section section, String name, Problems problems) {
        String text = section.textOrNull(name);
        if (text != null && !text.equals("true") && !text.equals("false")) {
            problems.at(section.at(name), "'" + name + "' is '" + text + "'; expected true or false");
        }
        return !"false".equals(text);
    }

    /** As the file spells names and times. */
    private static String inTheFile(String message) {
        String text = message.replaceFirst("^pipeline settings: ", "settings: ").replace("queueBytes", "queue");
        text = CAMEL.matcher(text)
                .replaceAll(name -> name.group(1) + "_" + name.group(2).toLowerCase(Locale.ROOT));
        return ISO_TIME.matcher(text).replaceAll(found -> told(Duration.parse(found.group())));
    }

    private static String told(Duration time) {
        long millis = time.toMillis();
        if (millis % 1_000 != 0) {
            return millis + "ms";
        }
        return millis == 0 || millis % 60_000 != 0 ? millis / 1_000 + "s" : millis / 60_000 + "m";
    }

    private enum Loop {
        STOP,
        CARRY
    }

    /** What is wrong is written down, and the standard goes on, so that the other mistakes are found too. */
    private static long size(Section section, String name, long otherwise, Problems problems) {
        String text = section.textOrNull(name);
        if (text == null) {
            return otherwise;
        }
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            problems.at(section.at(name), "'" + name + "' is '" + text + "'; expected a number, as in 5000 or 64MB");
            return otherwise;
        }
        String unit = size.group(2) == null ? "" : size.group(2);
        int shift = switch (unit) {
            case "kB", "KiB" -> 10;
            case "MB", "MiB" -> 20;
            case "GB", "GiB" -> 30;
            default -> 0;
        };
        return Long.parseLong(size.group(1)) << shift;
    }

    private static Duration time(Section section, String name, Duration otherwise, Problems problems) {
        String text = section.textOrNull(name);
        try {
            return text == null ? otherwise : time(name, text);
        } catch (IllegalArgumentException e) {
            problems.at(section.at(name), String.valueOf(e.getMessage()));
            return otherwise;
        }
    }

    /** @throws IllegalArgumentException when the text is no time */
    static Duration time(String name, String text) {
        Matcher time = TIME.matcher(text);
        if (!time.matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is '" + text + "'; expected a time, as in 200ms, 10s, 1m or 1h");
        }
        long number = Long.parseLong(time.group(1));
        return switch (time.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }
}
