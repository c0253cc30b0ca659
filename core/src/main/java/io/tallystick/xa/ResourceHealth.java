package io.tallystick.xa;

import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Admission control and circuit breaker of one resource: no new branch where finishing the old ones does not work, so that what is in
 * doubt does not grow. Thread-safe; holds no lock across I/O.
 */
final class ResourceHealth {

    private static final Duration FIRST_PAUSE = Duration.ofMillis(50);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    /** By then it has been tried for ten seconds, pauses counted. */
    private static final int STUBBORN = 9;

    private final String resource;

    // written under the monitor, read without it by every transaction
    private volatile boolean reachable = true;
    private volatile int failures;
    private volatile @Nullable String lastFailure;
    private volatile int prepared;
    private volatile int capacity = -1;
    private Instant nextTry = Instant.MIN;

    ResourceHealth(String resource) {
        this.resource = resource;
    }

    /**
     * Lets a new branch in.
     *
     * @throws UnavailableException when the resource cannot be trusted to finish it; nothing has begun
     */
    void admit() {
        String closed = reasonNotToPrepare();
        if (closed != null) {
            throw new UnavailableException(closed);
        }
        if (capacity > 0 && prepared * 2 > capacity) {
            throw new UnavailableException("resource '" + resource + "' holds " + prepared
                    + " prepared transactions of at most " + capacity
                    + ": no new ones until some are finished; see tally tx list");
        }
    }

    /** Why no branch may be prepared now, or null: an attempt to finish one has just failed. */
    @Nullable
    String reasonNotToPrepare() {
        // one branch that cannot be finished says nothing of the others, as long as its resource answers
        int inARow = failures;
        return inARow < 2 || reachable
                ? null
                : "resource '" + resource + "' did not answer " + inARow
                        + " times in a row when asked to finish a transaction (" + lastFailure
                        + "): no new ones until it does";
    }

    synchronized void answered() {
        failures = 0;
        lastFailure = null;
        nextTry = Instant.MIN;
    }

    synchronized void failed(String why, Instant now) {
        failures++;
        lastFailure = why;
        long pause = Math.min(LONGEST_PAUSE.toMillis(), FIRST_PAUSE.toMillis() << Math.min(20, failures - 1));
        nextTry = now.plusMillis(pause);
    }

    /** It answered a look at all its branches. */
    synchronized void reached() {
        reachable = true;
        answered();
    }

    /** It could not be looked at. */
    synchronized void unreachable(String why, Instant now) {
        reachable = false;
        failed(why, now);
    }

    /** @param inDoubtNow branches that were prepared at an earlier look already */
    synchronized void holds(int inDoubtNow, int capacityNow) {
        prepared = inDoubtNow;
        capacity = capacityNow;
    }

    /** Whether the pause is over; one that seems longer than any is owed to a clock that jumped back. */
    synchronized boolean mayTry(Instant now) {
        return !now.isBefore(nextTry) || now.plus(LONGEST_PAUSE).isBefore(nextTry);
    }

    /** Whether a person should hear of it: it has failed in a row for the number of times that is no restart any more; said once. */
    boolean isStubborn() {
        return failures == STUBBORN;
    }

    boolean failing() {
        return failures > 0;
    }

    int prepared() {
        return prepared;
    }
}
