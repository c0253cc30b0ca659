package io.tallystick.cdc;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where changes wait on local disk for a target that cannot take them, and from when on; bad values are refused here.
 *
 * @param directory one for each pipeline, on a disk that outlives the process: what waits there is known to the source as received.
 *     Rows lie there as the log wrote them, unencrypted, readable by the owner of the process alone
 * @param limitBytes room for it; beyond that the reading waits. 10 GiB
 * @param patience how long a target may take nothing, with its queue full, before it goes on through the spool; 5 s. A target that
 *     moves and only holds others up gets four times as long
 * @param sourceLogBytes unread log at the source from which on a target with a full queue goes on through the spool at once; 1 GiB
 */
public record SpoolSettings(Path directory, long limitBytes, Duration patience, long sourceLogBytes) {

    private static final long SMALLEST = 1 << 20;

    public SpoolSettings {
        refuse(limitBytes < SMALLEST, "limit", limitBytes, "1,048,576 bytes at least");
        refuse(patience.isNegative() || patience.isZero(), "after", patience, "more than zero");
        refuse(sourceLogBytes < 1, "source_log", sourceLogBytes, "more than zero");
    }

    public static SpoolSettings in(Path directory) {
        return new SpoolSettings(directory, 10L << 30, Duration.ofSeconds(5), 1L << 30);
    }

    public SpoolSettings withLimitBytes(long bytes) {
        return new SpoolSettings(directory, bytes, patience, sourceLogBytes);
    }

    public SpoolSettings withPatience(Duration longest) {
        return new SpoolSettings(directory, limitBytes, longest, sourceLogBytes);
    }

    public SpoolSettings withSourceLogBytes(long bytes) {
        return new SpoolSettings(directory, limitBytes, patience, bytes);
    }

    private static void refuse(boolean bad, String part, Object found, String expected) {
        if (bad) {
            throw new IllegalArgumentException("spool: " + part + " was " + found + "; expected " + expected);
        }
    }
}
