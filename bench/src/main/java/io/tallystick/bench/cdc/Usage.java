package io.tallystick.bench.cdc;

import io.tallystick.bench.ProcessTime;
import java.time.Duration;

/** Processor time so far: of this JVM, in which the contender runs, and of the two servers. */
record Usage(Duration jvm, Duration source, Duration target) {

    static Usage now(Stage stage) {
        return new Usage(
                ProcessTime.ofThisJvm(),
                ProcessTime.of(stage.source().pid()),
                ProcessTime.of(stage.target().pid()));
    }

    Usage since(Usage earlier) {
        return new Usage(jvm.minus(earlier.jvm), source.minus(earlier.source), target.minus(earlier.target));
    }

    static double percent(Duration used, Duration of) {
        return 100.0 * used.toNanos() / of.toNanos();
    }

    static double microsEach(Duration used, int changes) {
        return used.toNanos() / 1e3 / changes;
    }
}
