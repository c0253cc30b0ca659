package io.tallystick.saga;

import io.tallystick.jdbc.RejectedException;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A graph as text that does not change between builds, and back. Above the line {@link #END_OF_HASHED} stands what decides
 * how a stored saga goes on, and only that is hashed; below it what the linter and the listeners need. Characters that
 * separate are written as {@code \}{@code u} and four hexadecimal digits.
 */
final class GraphText {

    static final String END_OF_HASHED = "-- what follows is not part of the hash\n";

    private static final String SEPARATORS = "\\|,=";

    private GraphText() {}

    // ---- writing

    static String write(SagaGraph graph) {
        StringBuilder text = new StringBuilder(hashed(graph)).append(END_OF_HASHED);
        for (StepSpec step : graph.steps()) {
            StepSpec.Traits traits = step.traits();
            List<String> accepted = new TreeMap<>(traits.accepted())
                    .entrySet().stream()
                            .map(entry -> escaped(entry.getKey()) + "=" + escaped(entry.getValue()))
                            .toList();
            line(
                    text,
                    "traits " + escaped(step.name()),
                    traits.refuses() ? "can refuse" : "never refuses",
                    (traits.readOnly() ? "read only " : "writes ") + list(new TreeSet<>(traits.writes())),
                    "shielded by " + list(names(traits.countermeasures())),
                    "accepted " + String.join(", ", accepted));
        }
        return text.append("notices ")
                .append(list(names(graph.notices())))
                .append('\n')
                .toString();
    }

    /** The input of the hash. */
    static String hashed(SagaGraph graph) {
        StringBuilder text =
                new StringBuilder("saga ").append(escaped(graph.type())).append('\n');
        Duration deadline = graph.deadline();
        text.append("deadline ").append(deadline == null ? "none" : deadline).append('\n');
        for (StepSpec step : graph.steps()) {
            StepSpec.Conduct conduct = step.conduct();
            RetryPolicy retry = conduct.retry();
            line(
                    text,
                    "step " + escaped(step.name()),
                    step.kind().name(),
                    conduct.recovery().name(),
                    conduct.compensated() ? "compensated" : "plain",
                    "retry " + retry.first() + " " + retry.longest() + " " + retry.attempts(),
                    "timeout " + conduct.timeout(),
                    "refused " + conduct.onRefusal(),
                    "given up " + conduct.onGiveUp(),
                    "target " + escaped(step.traits().target()),
                    "after " + list(step.after()));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String... parts) {
        text.append(String.join(" | ", parts)).append('\n');
    }

    private static String list(Collection<String> items) {
        return items.stream().map(GraphText::escaped).collect(Collectors.joining(", "));
    }

    private static <E extends Enum<E>> List<String> names(Set<E> values) {
        return values.stream().sorted().map(Enum::name).toList();
    }

    private static String escaped(String plain) {
        StringBuilder text = new StringBuilder(plain.length());
        for (int i = 0; i < plain.length(); i++) {
            char c = plain.charAt(i);
            boolean edge = c == ' ' && (i == 0 || i == plain.length() - 1);
            if (SEPARATORS.indexOf(c) >= 0 || Character.isISOControl(c) || edge) {
                text.append(String.format("\\u%04x", (int) c));
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }

    // ---- reading

    /** @throws RejectedException naming the line that cannot be read */
    static SagaGraph parse(String text) {
        Reading reading = new Reading();
        List<String> lines = text.lines().toList();
        for (int i = 0; i < lines.size(); i++) {
            try {
                reading.line(lines.get(i));
            } catch (IllegalArgumentException | IndexOutOfBoundsException | DateTimeParseException e) {
                throw new RejectedException(
                        "line " + (i + 1) + " of a stored saga definition cannot be read: '" + lines.get(i)
                                + "'. It was written by a newer version, or changed by hand; use the version that stored it",
                        e);
            }
        }
        return reading.graph();
    }

    /** What the lines so far say. */
    private static final class Reading {
        private String type = "";
        private @Nullable Duration deadline;
        private final List<String[]> steps = new ArrayList<>();
        private final Map<String, String[]> traits = new HashMap<>();
        private Set<Notice> notices = Set.of();

        void line(String line) {
            String[] parts = line.split(" \\| ", -1);
            if (line.startsWith("saga ")) {
                type = plain(after("saga ", line));
            } else if (line.startsWith("deadline ")) {
                String limit = after("deadline ", line);
                deadline = limit.equals("none") ? null : Duration.parse(limit);
            } else if (line.startsWith("step ")) {
                checkStep(parts);
                steps.add(parts);
            } else if (line.startsWith("traits ")) {
                checkTraits(parts);
                traits.put(plain(after("traits ", parts[0])), parts);
            } else if (line.startsWith("notices ")) {
                notices = constants(Notice.class, after("notices ", line));
            } else if (!line.startsWith("--")) {
                throw new IllegalArgumentException("unknown line");
            }
        }

        private static void checkStep(String[] parts) {
            conduct(parts);
            after("after ", parts[9]);
        }

        private static void checkTraits(String[] parts) {
            traits("", parts);
        }

        SagaGraph graph() {
            List<StepSpec> specs = steps.stream().map(this::step).toList();
            return new SagaGraph(type, specs, deadline, notices);
        }

        private StepSpec step(String[] parts) {
            String name = plain(after("step ", parts[0]));
            String target = plain(after("target ", parts[8]));
            String[] more = traits.get(name);
            StepSpec.Traits known = more == null
                    ? new StepSpec.Traits(target, true, false, Set.of(), Set.of(), Map.of())
                    : traits(target, more);
            return new StepSpec(
                    name, StepKind.valueOf(parts[1]), conduct(parts), known, items(after("after ", parts[9])));
        }

        private static StepSpec.Conduct conduct(String[] parts) {
            String[] retry = after("retry ", parts[4]).split(" ", -1);
            return new StepSpec.Conduct(
                    Recovery.valueOf(parts[2]),
                    parts[3].equals("compensated"),
                    new RetryPolicy(Duration.parse(retry[0]), Duration.parse(retry[1]), Integer.parseInt(retry[2])),
                    Duration.parse(after("timeout ", parts[5])),
                    Remedy.valueOf(after("refused ", parts[6])),
                    Remedy.valueOf(after("given up ", parts[7])));
        }

        private static StepSpec.Traits traits(String target, String[] parts) {
            boolean readOnly = parts[2].startsWith("read only ");
            Map<String, String> accepted = new LinkedHashMap<>();
            for (String pair : split(after("accepted ", parts[4]))) {
                String[] sides = pair.split("=", -1);
                accepted.put(plain(sides[0]), plain(sides[1]));
            }
            return new StepSpec.Traits(
                    target,
                    parts[1].equals("can refuse"),
                    readOnly,
                    Set.copyOf(items(after(readOnly ? "read only " : "writes ", parts[2]))),
                    constants(Countermeasure.class, after("shielded by ", parts[3])),
                    accepted);
        }
    }

    private static String after(String word, String part) {
        if (!part.startsWith(word)) {
            throw new IllegalArgumentException("expected '" + word + "'");
        }
        return part.substring(word.length());
    }

    private static List<String> split(String list) {
        return list.isEmpty() ? List.of() : Arrays.asList(list.split(", ", -1));
    }

    private static List<String> items(String list) {
        return split(list).stream().map(GraphText::plain).toList();
    }

    private static <E extends Enum<E>> Set<E> constants(Class<E> type, String list) {
        Function<String, E> constant = name -> Enum.valueOf(type, name);
        return split(list).stream().map(constant).collect(Collectors.toCollection(() -> EnumSet.noneOf(type)));
    }

    private static String plain(String escaped) {
        StringBuilder text = new StringBuilder(escaped.length());
        for (int i = 0; i < escaped.length(); i++) {
            if (escaped.charAt(i) == '\\') {
                text.append((char) Integer.parseInt(escaped.substring(i + 2, i + 6), 16));
                i += 5;
            } else {
                text.append(escaped.charAt(i));
            }
        }
        return text.toString();
    }
}
