package io.tallystick.bench.cdc;

import io.tallystick.bench.cdc.contender.CdcPair;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What the product demands of itself in change data capture, beside what was measured. */
final class CdcBars {
    private static final String OURS = "tallystick";

    private final CdcReport report;
    private final List<String> lines = new ArrayList<>();

    private CdcBars(CdcReport report) {
        this.report = report;
    }

    /** A Markdown table; a bar whose cells were not measured is left out. */
    static String judge(CdcReport report) {
        CdcBars bars = new CdcBars(report);
        bars.rate(CdcPair.PG_PG, "small", "native", 1);
        bars.rate(CdcPair.PG_PG, "bulk", "native", 0.8);
        bars.rate(CdcPair.PG_PG, "wide", "native", 0.8);
        for (CdcPair pair : CdcPair.values()) {
            bars.rate(pair, "small", "debezium", 5);
            bars.rate(pair, "bulk", "debezium", 5);
            bars.limit(pair, "paced", Figure.P50, 2);
            bars.limit(pair, "paced", Figure.P99, 5);
            bars.limit(pair, "idle", Figure.JVM_SHARE, 1);
            bars.unchanged(pair, Figure.BEFORE_P50, Figure.AWAY_P50);
            bars.unchanged(pair, Figure.BEFORE_P99, Figure.AWAY_P99);
        }
        return bars.lines.isEmpty()
                ? ""
                : "| bar | demanded | reached | |\n|---|--:|--:|---|\n" + String.join("\n", bars.lines);
    }

    private void rate(CdcPair pair, String workload, String peer, double demanded) {
        double factor = report.factor(workload, pair, Figure.RATE, OURS, peer);
        line(workload + ", " + pair + ": times " + peer, "at least " + demanded, factor, factor >= demanded);
    }

    private void limit(CdcPair pair, String workload, Figure figure, double demanded) {
        double found = report.median(workload, pair, OURS, figure);
        line(workload + ", " + pair + ": " + figure.head(), "at most " + demanded, found, found <= demanded);
    }

    /** Slower than before by no more than a fifth: less is the noise of two runs of the same. */
    private void unchanged(CdcPair pair, Figure before, Figure during) {
        double factor = report.median("away", pair, OURS, during) / report.median("away", pair, OURS, before);
        line(
                "away, " + pair + ": " + during.head() + ", times before",
                "unchanged (at most 1.2)",
                factor,
                factor <= 1.2);
    }

    private void line(String bar, String demanded, double found, boolean met) {
        if (!Double.isNaN(found)) {
            lines.add(String.format(
                    Locale.ROOT, "| %s | %s | %.2f | %s |", bar, demanded, found, met ? "met" : "**missed**"));
        }
    }
}
