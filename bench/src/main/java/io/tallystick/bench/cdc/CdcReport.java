package io.tallystick.bench.cdc;

import io.tallystick.bench.cdc.contender.CdcPair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/** Medians over the rounds, as a Markdown table for every workload and pair of databases. */
final class CdcReport {
    private final List<CdcSample> samples;

    CdcReport(List<CdcSample> samples) {
        this.samples = List.copyOf(samples);
    }

    private record Place(String workload, CdcPair pair) {}

    String markdown() {
        Map<Place, List<CdcSample>> places = samples.stream()
                .collect(Collectors.groupingBy(
                        sample -> new Place(sample.workload(), sample.pair()),
                        LinkedHashMap::new,
                        Collectors.toList()));
        return places.entrySet().stream()
                .map(place -> table(place.getKey(), place.getValue()))
                .collect(Collectors.joining("\n"));
    }

    /** NaN when it was not measured. */
    double median(String workload, CdcPair pair, String contender, Figure figure) {
        return median(samples.stream()
                .filter(sample -> sample.workload().equals(workload) && sample.pair() == pair)
                .filter(sample -> sample.contender().equals(contender))
                .mapToDouble(sample -> sample.figure(figure)));
    }

    /** Median over the rounds of what is measured of one as a multiple of the other in the same round; NaN when there is none. */
    double factor(String workload, CdcPair pair, Figure figure, String of, String beside) {
        return median(samples.stream()
                .filter(sample -> sample.workload().equals(workload) && sample.pair() == pair)
                .filter(sample -> sample.contender().equals(of))
                .mapToDouble(sample -> sample.figure(figure) / same(sample, beside, figure)));
    }

    private double same(CdcSample other, String contender, Figure figure) {
        return samples.stream()
                .filter(sample -> sample.workload().equals(other.workload()) && sample.pair() == other.pair())
                .filter(sample -> sample.round() == other.round())
                .filter(sample -> sample.contender().equals(contender))
                .mapToDouble(sample -> sample.figure(figure))
                .findFirst()
                .orElse(Double.NaN);
    }

    private String table(Place place, List<CdcSample> rows) {
        List<Figure> figures = Arrays.stream(Figure.values())
                .filter(figure -> rows.stream().anyMatch(row -> row.figures().containsKey(figure)))
                .toList();
        List<String> heads = new ArrayList<>(figures.stream().map(Figure::head).toList());
        heads.add(1, "lowest–highest");
        List<String> lines = new ArrayList<>();
        lines.add("### " + place.workload + ", " + place.pair + "\n");
        lines.add("| contender | " + String.join(" | ", heads) + " |");
        lines.add("|---|" + "--:|".repeat(heads.size()));
        rows.stream()
                .map(CdcSample::contender)
                .distinct()
                .forEach(contender -> lines.add(row(
                        contender,
                        figures,
                        rows.stream()
                                .filter(row -> row.contender().equals(contender))
                                .toList())));
        return String.join("\n", lines) + "\n";
    }

    private static String row(String contender, List<Figure> figures, List<CdcSample> rounds) {
        List<String> cells = new ArrayList<>();
        for (Figure figure : figures) {
            cells.add(figure.write(median(rounds.stream().mapToDouble(row -> row.figure(figure)))));
        }
        Figure first = figures.get(0);
        double[] all =
                rounds.stream().mapToDouble(row -> row.figure(first)).sorted().toArray();
        cells.add(1, first.write(all[0]) + "–" + first.write(all[all.length - 1]));
        return "| " + contender + " | " + String.join(" | ", cells) + " |";
    }

    private static double median(DoubleStream values) {
        double[] sorted = values.filter(value -> !Double.isNaN(value)).sorted().toArray();
        if (sorted.length == 0) {
            return Double.NaN;
        }
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
