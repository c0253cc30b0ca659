package io.tallystick.cdc.replicator;

import java.time.Duration;

/**
 * How a pipeline is run where several processes may run it; bad values are refused here.
 *
 * @param lease how long a runner that says nothing is believed to be alive; another one takes over after that. 10 s: a pause of the JVM
 *     stays below it, and a take-over that was not needed costs a reading anew and nothing else
 * @param onGap what to do when changes are lost to the log
 */
public record RunnerSettings(Duration lease, OnGap onGap) {

    private static final Duration SHORTEST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** What to do when changes are lost to the log. */
    public enum OnGap {
        /** Wait for a person. The default: a resync reads every table of the source and deletes rows at the targets. */
        STOP,
        /**
         * Take a new position and copy all tables anew, when the source is still the one it was; when its history is another one (a
         * restored backup, another server), a person is waited for all the same.
         */
        RESYNC
    }

    public RunnerSettings {
        if (lease.compareTo(SHORTEST) < 0 || lease.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "pipeline settings: lease was " + lease + "; expected " + SHORTEST + " to " + LONGEST);
        }
    }

    public static RunnerSettings standard() {
        return new RunnerSettings(Duration.ofSeconds(10), OnGap.STOP);
    }

    public RunnerSettings withLease(Duration other) {
        return new RunnerSettings(other, onGap);
    }

    public RunnerSettings withOnGap(OnGap policy) {
        return new RunnerSettings(lease, policy);
    }
}
