package io.tallystick.testkit.sim;

import org.jspecify.annotations.Nullable;

/** A simulation went wrong; the message holds the seed, the last events and how to replay it. */
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1L;

    SimulationFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
