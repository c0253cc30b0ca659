package io.tallystick.bench.cdc;

import java.util.Locale;

/** What is measured of a cell, and how it is written. */
enum Figure {
    RATE("changes/s", "%,.0f"),
    JVM_MICROS("JVM CPU µs/change", "%.1f"),
    SOURCE_MICROS("source CPU µs/change", "%.1f"),
    TARGET_MICROS("target CPU µs/change", "%.1f"),
    P50("p50 ms", "%.2f"),
    P99("p99 ms", "%.2f"),
    P999("p99.9 ms", "%.2f"),
    MAX("max ms", "%.1f"),
    DUE_P99("p99 ms since it was due", "%.2f"),
    PACE("commits/s", "%,.0f"),
    BLIND("observer's gap, p99 ms", "%.2f"),
    JVM_SHARE("JVM CPU %", "%.2f"),
    JVM_ALONE("JVM without it", "%.2f"),
    SOURCE_SHARE("source CPU %", "%.2f"),
    SOURCE_ALONE("source without it", "%.2f"),
    TARGET_SHARE("target CPU %", "%.2f"),
    TARGET_ALONE("target without it", "%.2f"),
    BEFORE_P50("commit p50 ms, before", "%.2f"),
    AWAY_P50("commit p50 ms, target away", "%.2f"),
    BEFORE_P99("commit p99 ms, before", "%.2f"),
    AWAY_P99("commit p99 ms, target away", "%.2f"),
    BEFORE_MAX("commit max ms, before", "%.1f"),
    AWAY_MAX("commit max ms, target away", "%.1f"),
    CATCH_UP("caught up after s", "%.1f");

    private final String head;
    private final String format;

    Figure(String head, String format) {
        this.head = head;
        this.format = format;
    }

    String head() {
        return head;
    }

    String write(double value) {
        return Double.isNaN(value) ? "" : String.format(Locale.ROOT, format, value);
    }
}
