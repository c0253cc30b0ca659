package io.tallystick.cdc.spool;

import io.tallystick.cdc.Position;
import java.util.Locale;

/**
 * One file of the spool.
 *
 * @param after its first piece follows this position
 */
record Segment(long number, Position after, Extent extent) {

    private static final String SUFFIX = ".segment";

    static String name(long number) {
        return String.format(Locale.ROOT, "%016d%s", number, SUFFIX);
    }

    static boolean isName(String file) {
        return file.matches("\\d{16}\\.segment");
    }

    static long number(String file) {
        return Long.parseLong(file.substring(0, file.length() - SUFFIX.length()));
    }

    String name() {
        return name(number);
    }

    /** How much of the file is durable and may be read. Written by one thread, read by all. */
    static final class Extent {

        private volatile long bytes;

        Extent(long bytes) {
            this.bytes = bytes;
        }

        long bytes() {
            return bytes;
        }

        void bytes(long durable) {
            bytes = durable;
        }
    }
}
