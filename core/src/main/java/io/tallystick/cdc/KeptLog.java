package io.tallystick.cdc;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How much of its log a source keeps that this pipeline may still need, and when it gives it up.
 *
 * @param bytes from where the pipeline stands to the end; −1 when the source does not tell
 * @param limitBytes at how many the source gives up; −1 when never, or when it goes by age
 * @param limitAge after what time the source gives up; null when never, or when it goes by size
 * @param setting what the limit is called there
 */
public record KeptLog(long bytes, long limitBytes, @Nullable Duration limitAge, String setting) {

    /**
     * How much of the limit is used up, in per cent; 0 without a limit.
     *
     * @param behind how long ago the oldest transaction was committed that is still needed
     */
    public int percent(Duration behind) {
        long percent = 0;
        if (limitBytes > 0 && bytes > 0) {
            percent = bytes * 100 / limitBytes;
        } else if (limitAge != null && !limitAge.isZero()) {
            percent = behind.toSeconds() * 100 / limitAge.toSeconds();
        }
        return (int) Math.min(Integer.MAX_VALUE, percent);
    }
}
