package io.tallystick.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Ticks of all processors since the machine started, from {@code /proc/stat}; waiting for a disk counts as idle.
 *
 * @param idle ticks in which a processor had nothing to do
 * @param total all of them
 */
public record Processors(long idle, long total) {
    public static Processors now() {
        try {
            String[] fields =
                    Files.readAllLines(Path.of("/proc/stat")).get(0).trim().split("\\s+");
            long total = 0;
            for (int i = 1; i <= 8; i++) {
                total += Long.parseLong(fields[i]);
            }
            return new Processors(Long.parseLong(fields[4]) + Long.parseLong(fields[5]), total);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public double idleSince(Processors earlier) {
        return total == earlier.total ? 1 : (double) (idle - earlier.idle) / (total - earlier.total);
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d of %d ticks idle", idle, total);
    }
}
