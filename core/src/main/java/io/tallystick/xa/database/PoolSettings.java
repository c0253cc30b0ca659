package io.tallystick.xa.database;

import io.tallystick.jdbc.ConnectionSettings;
import java.time.Duration;

/**
 * How many connections a resource may hold and how long it waits.
 *
 * @param name of the resource, seen in thread names and messages
 * @param branches connections that carry branches, and at most as many outside of transactions
 * @param borrow longest wait for a free connection; 10 s
 * @param lock longest wait for a row lock; 10 s
 * @param longestTransaction no session stays in a transaction, idle or in one statement, for longer: what a coordinator that hangs
 *     costs the others; 60 s
 */
public record PoolSettings(String name, int branches, Duration borrow, Duration lock, Duration longestTransaction) {

    public PoolSettings {
        if (name.isBlank() || branches < 1) {
            throw new IllegalArgumentException("pool of resource '" + name + "' with " + branches
                    + " connections: give it a name and at least one connection");
        }
        check(name, "borrow", borrow);
        check(name, "lock", lock);
        check(name, "longestTransaction", longestTransaction);
    }

    /** With the defaults for everything else. */
    public static PoolSettings of(String name, int branches) {
        return new PoolSettings(name, branches, Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(60));
    }

    /** The same limits as these settings have. */
    public static PoolSettings of(String name, ConnectionSettings settings, Duration longestTransaction) {
        return new PoolSettings(
                name,
                settings.poolSize(),
                settings.timeouts().borrow(),
                settings.timeouts().lock(),
                longestTransaction);
    }

    public PoolSettings withLock(Duration longest) {
        return new PoolSettings(name, branches, borrow, longest, longestTransaction);
    }

    public PoolSettings withBorrow(Duration longest) {
        return new PoolSettings(name, branches, longest, lock, longestTransaction);
    }

    private static void check(String name, String part, Duration value) {
        if (value.toMillis() < 1 || value.compareTo(Duration.ofDays(1)) > 0) {
            throw new IllegalArgumentException("pool of resource '" + name + "': " + part + " was " + value
                    + "; give a duration between 1 ms and 1 day");
        }
    }
}
