package io.tallystick.message;

import io.tallystick.jdbc.Tx;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Limits how long the next statements wait for somebody else's row; too long is a conflict. */
final class LockWait {
    private LockWait() {}

    static boolean within(Tx tx, Duration longest, BooleanSupplier insert) {
        if (tx.dialect().isInnoDb()) {
            tx.update("SET SESSION innodb_lock_wait_timeout = " + Math.max(1, longest.toSeconds()));
            try {
                return insert.getAsBoolean();
            } finally {
                // the session goes back into a pool
                tx.update("SET SESSION innodb_lock_wait_timeout = DEFAULT");
            }
        }
        tx.update("SET LOCAL lock_timeout = " + Math.max(1, longest.toMillis()));
        boolean inserted = insert.getAsBoolean();
        tx.update("SET LOCAL lock_timeout = DEFAULT");
        return inserted;
    }
}
