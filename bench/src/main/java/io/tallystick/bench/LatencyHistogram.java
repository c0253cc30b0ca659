package io.tallystick.bench;

/** Durations in buckets that are 1.6 % wide, so that percentiles need no list of every saga. Not thread-safe; one per client. */
public final class LatencyHistogram {
    private static final int SUB_BUCKETS = 64;
    private static final int EXPONENTS = 40;

    private final long[] counts = new long[EXPONENTS * SUB_BUCKETS];
    private long max;
    private long total;

    public void record(long nanos) {
        counts[bucket(nanos)]++;
        total++;
        max = Math.max(max, nanos);
    }

    public void add(LatencyHistogram other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        total += other.total;
        max = Math.max(max, other.max);
    }

    public long count() {
        return total;
    }

    public double maxMillis() {
        return max / 1e6;
    }

    /** The upper end of the bucket in which the share {@code quantile} of all durations is reached. */
    public double millis(double quantile) {
        long wanted = (long) Math.ceil(quantile * total);
        long seen = 0;
        for (int i = 0; i < counts.length; i++) {
            seen += counts[i];
            if (seen >= wanted && seen > 0) {
                return upperEnd(i) / 1e6;
            }
        }
        return 0;
    }

    private static int bucket(long nanos) {
        int exponent = Math.max(0, 63 - Long.numberOfLeadingZeros(Math.max(1, nanos)) - 6);
        int sub = (int) (nanos >>> exponent) & (2 * SUB_BUCKETS - 1);
        return Math.min(EXPONENTS * SUB_BUCKETS - 1, exponent * SUB_BUCKETS + sub);
    }

    private static double upperEnd(int bucket) {
        if (bucket < 2 * SUB_BUCKETS) {
            return bucket + 1;
        }
        int exponent = bucket / SUB_BUCKETS - 1;
        int sub = bucket - exponent * SUB_BUCKETS;
        return (double) (sub + 1) * (1L << exponent);
    }
}
