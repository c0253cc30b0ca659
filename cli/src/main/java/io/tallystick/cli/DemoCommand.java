package io.tallystick.cli;

import io.tallystick.examples.Check;
import io.tallystick.examples.Demo;
import io.tallystick.examples.DemoCounters;
import io.tallystick.examples.DemoOptions;
import io.tallystick.examples.DemoReport;
import io.tallystick.examples.Fault;
import io.tallystick.examples.Flow;
import io.tallystick.examples.FlowCounters;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tally demo}: plays the reference flows with their faults, and compares the books of all databases at the end. */
@Command(
        name = "demo",
        description = "Play the reference flows on real databases while things go wrong, then compare all books."
                + " Ends with 0 only if every check held.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {

    /** Until somebody stops it. */
    private static final Duration ENDLESS = Duration.ofHours(12);

    @Mixin
    private Output output;

    @Option(names = "--once", description = "tell each flow's scenes once, one after the other; under two minutes")
    private boolean once;

    @Option(
            names = "--flow",
            split = ",",
            paramLabel = "FLOW",
            description = "transfer, points, points-2pc, groupware, shop; all unless said otherwise")
    private @Nullable List<String> flows;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "decides all that chance decides (${DEFAULT-VALUE})")
    private long seed;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "10",
            description = "sagas, transactions and accounts started per second (${DEFAULT-VALUE})")
    private double rate;

    @Option(
            names = "--duration",
            paramLabel = "TIME",
            converter = LengthConverter.class,
            description = "how long they are started; until Ctrl-C unless said otherwise")
    private @Nullable Duration duration;

    @Option(
            names = "--faults",
            split = ",",
            paramLabel = "FAULT",
            description =
                    "what may go wrong: all, none, or some of lost-reply, duplicate, slow, maintenance, card-bill,"
                            + " payee-unknown, balance-too-low, shipping-fails, no-vote, lost-answer, mail-down, row-refused,"
                            + " kill-service, kill-engine, kill-coordinator, kill-target, kill-source, kill-pipeline")
    private @Nullable List<String> faults;

    @Override
    public Integer call() {
        Duration length = duration == null ? ENDLESS : duration;
        DemoOptions options = new DemoOptions(chosenFlows(), seed, once, chosenFaults(), rate, length);
        DemoReport report = run(options);
        if (output.json()) {
            output.json(json(report));
        } else {
            print(report);
        }
        return report.ok() ? Exit.OK : Exit.FINDINGS;
    }

    private DemoReport run(DemoOptions options) {
        if (once || output.json() || !output.terminal().interactive()) {
            DemoStory story = new DemoStory(output, options);
            try (StopKey stop = StopKey.onSignal(story::stop)) {
                return Demo.run(options, story);
            }
        }
        try (DemoScreen screen = new DemoScreen(output, options);
                StopKey stop = StopKey.onKey(screen::stop)) {
            return Demo.run(options, screen);
        }
    }

    private Set<Flow> chosenFlows() {
        if (flows == null) {
            return EnumSet.allOf(Flow.class);
        }
        return flows.stream()
                .map(word -> Flow.of(word.equals("order") ? "shop" : word))
                .collect(Collectors.toCollection(() -> EnumSet.noneOf(Flow.class)));
    }

    private Set<Fault> chosenFaults() {
        if (faults == null || faults.equals(List.of("all"))) {
            return EnumSet.allOf(Fault.class);
        }
        if (faults.equals(List.of("none"))) {
            return EnumSet.noneOf(Fault.class);
        }
        return faults.stream().map(Fault::of).collect(Collectors.toCollection(() -> EnumSet.noneOf(Fault.class)));
    }

    private void print(DemoReport report) {
        output.heading("How everything ended");
        output.table(ends(report.counters()));
        output.heading("What was checked");
        Table table = new Table(Table.Column.fixed(""), Table.Column.wrapped("CHECK"), Table.Column.wrapped("FOUND"));
        for (Check check : report.checks()) {
            table.row(
                    check.ok() ? new Cell("●", Tone.GOOD) : new Cell("✕", Tone.BAD),
                    check.name(),
                    check.ok()
                            ? Cell.quiet(check.found())
                            : new Cell(check.found() + ", expected " + check.expected(), Tone.BAD));
        }
        output.table(table);
        long failed = report.checks().stream().filter(check -> !check.ok()).count();
        output.line("");
        output.line(
                failed == 0
                        ? new Cell("● every check held: " + report.checks().size(), Tone.GOOD)
                        : new Cell("✕ " + failed + " of " + report.checks().size() + " checks failed", Tone.BAD),
                Cell.quiet("   seed " + seed));
    }

    private static Table ends(DemoCounters counters) {
        Table table = new Table(
                Table.Column.text("FLOW"),
                Table.Column.number("STARTED"),
                Table.Column.number("COMPLETED"),
                Table.Column.number("UNDONE"),
                Table.Column.number("NOT ENDED"),
                Table.Column.number("HELPED BY A PERSON"));
        counters.flows().forEach((flow, ends) -> row(table, flow.word(), ends));
        return counters.flows().size() == 1 ? table : row(table, "all", counters.total());
    }

    private static Table row(Table table, String name, FlowCounters ends) {
        return table.row(
                name, ends.started(), ends.completed(), ends.undone(), ends.unfinished(), ends.interventions());
    }

    private Map<String, Object> json(DemoReport report) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("ok", report.ok());
        map.put("seed", seed);
        map.put("checks", report.checks());
        map.putAll(json(report.counters().total()));
        map.put("flows", byWord(report.counters().flows(), Flow::word, DemoCommand::json));
        map.put("faults", byWord(report.counters().faults(), Fault::word, times -> times));
        return map;
    }

    private static Map<String, Object> json(FlowCounters ends) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("started", ends.started());
        map.put("completed", ends.completed());
        map.put("undone", ends.undone());
        map.put("interventions", ends.interventions());
        return map;
    }

    private static <K, V> Map<String, Object> byWord(
            Map<K, V> counts, Function<K, String> word, Function<V, Object> value) {
        Map<String, Object> map = new LinkedHashMap<>();
        counts.forEach((key, count) -> map.put(word.apply(key), value.apply(count)));
        return map;
    }
}
