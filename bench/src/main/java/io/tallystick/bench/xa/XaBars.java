package io.tallystick.bench.xa;

import io.tallystick.bench.xa.contender.XaEntrant.Kind;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What the product demands of itself in two-phase commit, beside what was measured. */
final class XaBars {
    private final XaReport report;
    private final List<String> lines = new ArrayList<>();

    private XaBars(XaReport report) {
        this.report = report;
    }

    /** A Markdown table; a bar whose cells were not measured is left out. */
    static String judge(XaReport report) {
        XaBars bars = new XaBars(report);
        for (Pair pair : Pair.values()) {
            bars.timesBestPeer(pair, 1, 1.6);
            bars.timesBestPeer(pair, 8, 2);
            bars.timesBestPeer(pair, 32, 1.5);
            for (int threads : new int[] {1, 8, 32}) {
                bars.compare(pair, threads, "tallystick", "hand-decision", 0.9);
                bars.compare(pair, threads, "tallystick-table", "hand-parallel", 0.8);
                bars.compare(pair, threads, "tallystick-journal", "hand-parallel", 0.8);
            }
        }
        return bars.lines.isEmpty()
                ? ""
                : "| bar | demanded | reached | |\n|---|--:|--:|---|\n" + String.join("\n", bars.lines);
    }

    private void timesBestPeer(Pair pair, int threads, double demanded) {
        Optional<XaCell> best = report.cells().stream()
                .filter(cell -> cell.entrant().kind() == Kind.PEER && cell.pair() == pair && cell.threads() == threads)
                .max(Comparator.comparingDouble(report::rate));
        best.ifPresent(
                cell -> compare(pair, threads, "tallystick", cell.entrant().name(), demanded));
    }

    private void compare(Pair pair, int threads, String ours, String theirs, double demanded) {
        double ratio = rate(pair, threads, ours) / rate(pair, threads, theirs);
        if (!Double.isNaN(ratio)) {
            lines.add(String.format(
                    Locale.ROOT,
                    "| %s, %d threads: %s, times %s | at least %.1f | %.2f | %s |",
                    pair,
                    threads,
                    ours,
                    theirs,
                    demanded,
                    ratio,
                    ratio >= demanded ? "met" : "**missed**"));
        }
    }

    private double rate(Pair pair, int threads, String entrant) {
        return report.cells().stream()
                .filter(cell -> cell.pair() == pair && cell.threads() == threads)
                .filter(cell -> cell.entrant().name().equals(entrant))
                .findFirst()
                .map(report::rate)
                .orElse(Double.NaN);
    }
}
