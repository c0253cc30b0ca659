package io.tallystick.postgres.cdc;

import java.util.concurrent.TimeUnit;

/**
 * How long a reader of the log lets it gather before it reads again. The walsender sends every change by a system call of its own,
 * and as long as its socket has room each of them becomes a packet, which costs it more than the decoding. So while data flows, the
 * reader waits a moment after a small read: what is sent meanwhile gathers in the walsender's socket and goes out together. Where little
 * comes nothing is waited for. Is told the time; for one thread.
 */
final class Gathering {

    /** What a read gives less than has not gathered. */
    private static final int SMALL_READ = 16 * 1024;
    /** Three megabytes a second, about 15,000 small changes; below, waiting would only cost latency. */
    private static final double FLOWING_BYTES_PER_MILLI = 3_000;
    /** Five megabytes a second, about 25,000 small changes: a backlog, on a busy machine too, or as good as one. */
    private static final double FLOODING_BYTES_PER_MILLI = 5_000;

    private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** Where others want the processor too, 5 ms do not gather enough: the walsender was not running for most of them. */
    private static final long LONGER_MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    /** How many reads an average spans. */
    private static final int READS = 16;

    private int lastRead = SMALL_READ;
    private long lastReadNanos;
    /** Averages over about the last sixteen reads. Bytes and time apart: three quick messages of one transaction are no flow. */
    private double bytesPerRead;

    private double millisPerRead = 1;

    /** @param nanos the time now, by the clock of {@link #read} */
    Gathering(long nanos) {
        this.lastReadNanos = nanos;
    }

    /** How long to wait before the next read; 0 for not at all. */
    long momentNanos() {
        if (lastRead >= SMALL_READ || bytesPerRead <= FLOWING_BYTES_PER_MILLI * millisPerRead) {
            return 0;
        }
        return bytesPerRead > FLOODING_BYTES_PER_MILLI * millisPerRead ? LONGER_MOMENT_NANOS : MOMENT_NANOS;
    }

    /**
     * Something was read.
     *
     * @param cutShort whether the reader had no room for more, so that this says nothing about what the server has
     */
    void read(int bytes, boolean cutShort, long nanos) {
        bytesPerRead += (bytes - bytesPerRead) / READS;
        millisPerRead += ((nanos - lastReadNanos) / 1e6 - millisPerRead) / READS;
        lastReadNanos = nanos;
        lastRead = cutShort ? SMALL_READ : bytes;
    }

    /** Nothing came for as long as the reader would wait. */
    void silence() {
        bytesPerRead = 0;
    }
}
