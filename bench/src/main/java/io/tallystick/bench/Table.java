package io.tallystick.bench;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Medians over the rounds, as a Markdown table for every workload. */
final class Table {
    private final Map<Cell, List<Sample>> cells;

    Table(List<Sample> samples) {
        this.cells =
                samples.stream().collect(Collectors.groupingBy(Sample::cell, LinkedHashMap::new, Collectors.toList()));
    }

    /** The median of a figure over the rounds of a cell, NaN when it was not measured. */
    double median(Cell cell, ToDoubleFunction<Sample> figure) {
        return medianOf(cells.getOrDefault(cell, List.of()).stream()
                .map(figure::applyAsDouble)
                .toList());
    }

    List<Cell> cells() {
        return List.copyOf(cells.keySet());
    }

    String markdown() {
        List<String> workloads = cells.keySet().stream()
                .map(cell -> cell.workload().name())
                .distinct()
                .toList();
        return workloads.stream().map(this::workload).collect(Collectors.joining("\n"));
    }

    private String workload(String name) {
        List<String> lines = new ArrayList<>();
        lines.add("### " + name + "\n");
        lines.add(
                "| clients | contender | sagas/s | lowest–highest | p50 ms | p99 ms | commits | writing commits | log bytes | log fsyncs | CPU idle | JVM CPU µs | database CPU µs |");
        lines.add("|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|");
        cells.keySet().stream()
                .filter(cell -> cell.workload().name().equals(name))
                .sorted(Comparator.comparingInt(Cell::clients))
                .map(this::row)
                .forEach(lines::add);
        return String.join("\n", lines) + "\n";
    }

    private String row(Cell cell) {
        List<Sample> samples = cells.getOrDefault(cell, List.of());
        return String.format(
                Locale.ROOT,
                "| %d | %s | %.0f | %.0f–%.0f | %.2f | %.2f | %.2f | %.2f | %.0f | %.2f | %.0f %% | %.0f | %.0f |",
                cell.clients(),
                cell.entrant().name(),
                median(cell, Sample::perSecond),
                samples.stream().mapToDouble(Sample::perSecond).min().orElse(0),
                samples.stream().mapToDouble(Sample::perSecond).max().orElse(0),
                median(cell, sample -> sample.latency().p50Millis()),
                median(cell, sample -> sample.latency().p99Millis()),
                median(cell, sample -> sample.cost().commits() / sample.sagas()),
                median(cell, sample -> sample.cost().writing() / sample.sagas()),
                median(cell, sample -> sample.cost().logBytes() / sample.sagas()),
                median(cell, sample -> sample.cost().logFsyncs() / sample.sagas()),
                median(cell, sample -> 100 * sample.cost().cpu().idle()),
                median(cell, sample -> 1e6 * sample.cost().cpu().jvmSeconds() / sample.sagas()),
                median(cell, sample -> 1e6 * sample.cost().cpu().databaseSeconds() / sample.sagas()));
    }

    private static double medianOf(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }
}
