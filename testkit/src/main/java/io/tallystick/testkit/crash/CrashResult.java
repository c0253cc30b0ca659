package io.tallystick.testkit.crash;

import java.util.Optional;

/**
 * How a child JVM ended.
 *
 * @param exitStatus its exit status, 137 when it was killed
 * @param output everything it wrote, to both streams
 */
public record CrashResult(int exitStatus, String output) {
    /** True when it died at a crash point, false when it ended by itself or was killed from outside. */
    public boolean crashed() {
        return exitStatus == CrashPoints.EXIT_STATUS && point().isPresent();
    }

    /** The crash point at which it died, as "number: name". */
    public Optional<String> point() {
        return output.lines()
                .filter(line -> line.startsWith(CrashPoints.MARK))
                .map(line -> line.substring(CrashPoints.MARK.length()))
                .findFirst();
    }
}
