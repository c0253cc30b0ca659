package io.tallystick.bench.xa;

import io.tallystick.bench.LatencyHistogram;
import java.util.Locale;

/**
 * What the clients of one cell saw, in milliseconds.
 *
 * @param latency from the begin of a transaction until its commit has returned
 * @param hold from the answer to the first update until the commit has returned: how long the first row was locked, at most
 */
record Measured(long transfers, Times latency, Times hold) {

    record Times(double p50, double p99, double p999, double max) {
        static Times of(LatencyHistogram histogram) {
            return new Times(
                    histogram.millis(0.5), histogram.millis(0.99), histogram.millis(0.999), histogram.maxMillis());
        }

        private String words() {
            return String.format(Locale.ROOT, "%.4f %.4f %.4f %.4f", p50, p99, p999, max);
        }

        private static Times parse(String[] words, int from) {
            return new Times(
                    Double.parseDouble(words[from]),
                    Double.parseDouble(words[from + 1]),
                    Double.parseDouble(words[from + 2]),
                    Double.parseDouble(words[from + 3]));
        }
    }

    static Measured of(LatencyHistogram latency, LatencyHistogram hold) {
        return new Measured(latency.count(), Times.of(latency), Times.of(hold));
    }

    String words() {
        return transfers + " " + latency.words() + " " + hold.words();
    }

    static Measured parse(String line) {
        String[] words = line.split(" ", -1);
        return new Measured(Long.parseLong(words[0]), Times.parse(words, 1), Times.parse(words, 5));
    }
}
