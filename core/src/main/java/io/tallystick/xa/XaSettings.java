package io.tallystick.xa;

import java.time.Duration;

/**
 * The limits of a transaction and of its recovery.
 *
 * @param timeout of a transaction that names none: its deadline is this long after its begin. Beyond it, it is rolled back, unless
 *     it has been decided. Also the age at which a stranger's undecided branch counts as left behind
 * @param prepareBudget no vote within this is a no
 * @param ackWait how long the application waits for the acknowledgements of phase 2, which goes on by itself afterwards
 * @param lease how long a process that stopped renewing counts as alive; its peers take over after that
 * @param scanEvery pause between two looks for branches and decisions left behind
 * @param alarmAfter age of an in-doubt branch at which it is reported
 */
public record XaSettings(
        Duration timeout,
        Duration prepareBudget,
        Duration ackWait,
        Duration lease,
        Duration scanEvery,
        Duration alarmAfter) {

    public XaSettings {
        positive("timeout", timeout);
        positive("prepareBudget", prepareBudget);
        positive("ackWait", ackWait);
        positive("lease", lease);
        positive("scanEvery", scanEvery);
        positive("alarmAfter", alarmAfter);
        if (lease.compareTo(Duration.ofMillis(500)) < 0) {
            throw new IllegalArgumentException(
                    "xa lease " + lease
                            + ": expected at least PT0.5S; below that a pause of the JVM looks like a death and peers roll back what is alive");
        }
    }

    /**
     * 30 s a transaction as other transaction managers have it, 5 s for a vote, 2 s for acknowledgements; a lease of 3 s and a look every
     * second, so that 5 s after a crash nothing is in doubt; an alarm after 10 s.
     */
    public static XaSettings standard() {
        return new XaSettings(
                Duration.ofSeconds(30),
                Duration.ofSeconds(5),
                Duration.ofSeconds(2),
                Duration.ofSeconds(3),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10));
    }

    public XaSettings withTimeout(Duration other) {
        return new XaSettings(other, prepareBudget, ackWait, lease, scanEvery, alarmAfter);
    }

    public XaSettings withPrepareBudget(Duration other) {
        return new XaSettings(timeout, other, ackWait, lease, scanEvery, alarmAfter);
    }

    public XaSettings withAckWait(Duration other) {
        return new XaSettings(timeout, prepareBudget, other, lease, scanEvery, alarmAfter);
    }

    public XaSettings withLease(Duration other) {
        return new XaSettings(timeout, prepareBudget, ackWait, other, scanEvery, alarmAfter);
    }

    public XaSettings withScanEvery(Duration other) {
        return new XaSettings(timeout, prepareBudget, ackWait, lease, other, alarmAfter);
    }

    private static void positive(String name, Duration value) {
        if (value.isNegative() || value.isZero()) {
            throw new IllegalArgumentException("xa " + name + " " + value + ": expected more than zero");
        }
    }
}
