package io.tallystick.bench.xa;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Medians over the rounds, as a Markdown table for every pair of databases. */
final class XaReport {
    private static final String HEAD = """
            | threads | contender | tx/s | lowest–highest | p50 ms | p99 ms | p99.9 ms | lock p99 ms | lock max ms | forced writes, databases | forced writes, coordinator | CPU idle | coordinator CPU µs | database CPU µs |
            |--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|""";

    private final Map<XaCell, List<XaSample>> cells;

    XaReport(List<XaSample> samples) {
        this.cells = samples.stream()
                .collect(Collectors.groupingBy(XaSample::cell, LinkedHashMap::new, Collectors.toList()));
    }

    List<XaCell> cells() {
        return List.copyOf(cells.keySet());
    }

    /** Median of the rates of a cell; NaN when it was not measured. */
    double rate(XaCell cell) {
        return median(cell, XaSample::perSecond);
    }

    String markdown() {
        return cells.keySet().stream()
                .map(XaCell::pair)
                .distinct()
                .map(this::pair)
                .collect(Collectors.joining("\n"));
    }

    private String pair(Pair pair) {
        return "### " + pair + "\n\n" + HEAD + "\n"
                + cells.keySet().stream()
                        .filter(cell -> cell.pair() == pair)
                        .sorted(Comparator.comparingInt(XaCell::threads))
                        .map(this::row)
                        .collect(Collectors.joining("\n"))
                + "\n";
    }

    private String row(XaCell cell) {
        List<XaSample> samples = cells.getOrDefault(cell, List.of());
        double coordinatorForced =
                median(cell, s -> s.cost().coordinatorForced() / s.measured().transfers());
        return String.format(
                Locale.ROOT,
                "| %d | %s | %.0f | %.0f–%.0f | %.2f | %.2f | %.2f | %.2f | %.1f | %.2f | %s | %.0f %% | %.0f | %.0f |",
                cell.threads(),
                cell.entrant().name(),
                rate(cell),
                samples.stream().mapToDouble(XaSample::perSecond).min().orElse(0),
                samples.stream().mapToDouble(XaSample::perSecond).max().orElse(0),
                median(cell, s -> s.measured().latency().p50()),
                median(cell, s -> s.measured().latency().p99()),
                median(cell, s -> s.measured().latency().p999()),
                median(cell, s -> s.measured().hold().p99()),
                samples.stream()
                        .mapToDouble(s -> s.measured().hold().max())
                        .max()
                        .orElse(0),
                median(cell, s -> s.cost().databaseForced() / s.measured().transfers()),
                Double.isNaN(coordinatorForced) ? "" : String.format(Locale.ROOT, "%.2f", coordinatorForced),
                median(cell, s -> 100 * s.cost().idle()),
                median(cell, s -> 1e6 * s.cost().coordinatorCpu() / s.measured().transfers()),
                median(cell, s -> 1e6 * s.cost().databaseCpu() / s.measured().transfers()));
    }

    private double median(XaCell cell, ToDoubleFunction<XaSample> figure) {
        double[] sorted = cells.getOrDefault(cell, List.of()).stream()
                .mapToDouble(figure)
                .filter(value -> !Double.isNaN(value))
                .sorted()
                .toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
