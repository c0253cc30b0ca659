package io.tallystick.bench;

import java.time.Duration;

/** Lets time pass while something else is measured. */
public final class Pause {
    private Pause() {}

    public static void of(Duration time) throws InterruptedException {
        Thread.sleep(time.toMillis());
    }
}
