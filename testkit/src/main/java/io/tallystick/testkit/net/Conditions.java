package io.tallystick.testkit.net;

import java.time.Duration;

/** The state of one direction; 0 bytes per second means unlimited, a negative reset limit none. */
record Conditions(Duration delay, long bytesPerSecond, Flow flow, long resetAfterBytes) {
    static final Conditions NORMAL = new Conditions(Duration.ZERO, 0, Flow.PASS, -1);

    enum Flow {
        PASS,
        /** Bytes vanish and nobody is told. */
        SWALLOW,
        /** Bytes wait. */
        STALL
    }

    Conditions withDelay(Duration other) {
        return new Conditions(other, bytesPerSecond, flow, resetAfterBytes);
    }

    Conditions withBytesPerSecond(long other) {
        return new Conditions(delay, other, flow, resetAfterBytes);
    }

    Conditions withFlow(Flow other) {
        return new Conditions(delay, bytesPerSecond, other, resetAfterBytes);
    }

    Conditions withResetAfterBytes(long other) {
        return new Conditions(delay, bytesPerSecond, flow, other);
    }
}
