package io.tallystick.message;

import io.tallystick.jdbc.Tx;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Limits how long the next statements wait for somebody else's row; too long is a conflict. */
final class LockWait {
    private LockWait() {}

    static boolean within(Tx tx, Duration longest, BooleanSupplier insert) {
        return tx.waitingAtMost(longest, insert::getAsBoolean);
    }
}
