package io.tallystick.cdc.replicator;

import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/** Clock, chance and threads of a pipeline: the only place where the real ones are made. */
record CdcRuntime(InstantSource clock, RandomGenerator random) {

    static CdcRuntime real() {
        return new CdcRuntime(InstantSource.system(), RandomGenerator.of("L64X128MixRandom"));
    }

    /** Full jitter between half of and all of a bound that doubles with each failure. */
    Duration pause(PipelineSettings settings, int failures) {
        long bound = Math.min(
                settings.longestPause().toMillis(), settings.firstPause().toMillis() << Math.min(20, failures));
        return Duration.ofMillis(bound / 2 + random.nextLong(bound / 2 + 1));
    }

    /** Waits, but not beyond the end of the pipeline; true when that has come. */
    static boolean waitOr(CountDownLatch end, Duration pause) throws InterruptedException {
        return end.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** For measuring how long something takes. */
    static long nanos() {
        return System.nanoTime();
    }

    static Thread thread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
