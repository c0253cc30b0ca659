package io.tallystick.xa;

import io.tallystick.jdbc.Finding;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A resource that takes part in transactions: opens branches, and finishes those that others left. Safe for use by many threads.
 * Answers are values; only {@link #prepared} throws, because a scan that did not happen must never look like an empty one.
 */
public interface BranchDriver extends AutoCloseable {

    /** The resource's name, unique in its engine. */
    String resource();

    /** What the coordinator must know to choose the last participant and to name branches. */
    Traits traits();

    /** Which database this is; empty when it cannot be learned now. */
    String incarnation();

    /**
     * Opens a branch and begins its local transaction.
     *
     * @throws io.tallystick.jdbc.TallystickException when no connection is to be had: nothing has begun
     */
    Branch open(Opening opening);

    /**
     * All prepared branches of ours in this resource, whoever left them.
     *
     * @throws io.tallystick.jdbc.UnavailableException when it could not be asked
     */
    List<PreparedBranch> prepared();

    /** Phase 2 by name, on any connection; within the budget, the time to get one included. No answer by then is {@link Ack.Retry}. */
    Ack commit(BranchXid xid, String hint, Duration budget);

    /** Rollback by name, on any connection, within the budget as {@link #commit}. */
    Ack rollback(BranchXid xid, String hint, Duration budget);

    /** What really became of a branch, where the resource can tell (PostgreSQL: pg_xact_status). */
    default Optional<Ack.Found> fate(String hint) {
        return Optional.empty();
    }

    /** How many branches can be prepared at once, or a negative number when there is no limit. */
    default int capacity() {
        return -1;
    }

    /** What is wrong with the resource's settings, with the statement that mends it. */
    List<Finding> examine();

    @Override
    void close();

    /**
     * @param namedAtStart the branch must get its id when it begins (XA START); PostgreSQL names it at prepare
     * @param hostsDecisions a decision row can ride in its local commit
     * @param prefersToDecide its prepared branches are the troublesome ones: let it be last if it can (MariaDB, MySQL)
     */
    record Traits(boolean namedAtStart, boolean hostsDecisions, boolean prefersToDecide) {}

    /**
     * @param xid the id, when the branch has to be named at its start; null opens it as the local, last participant, or for a resource
     *     that names late
     * @param deadline when the transaction times out: statements and lock waits must not last longer
     * @param lockWait longest wait for a lock, where it shall be shorter than the resource's usual one; null for that
     */
    record Opening(
            @Nullable BranchXid xid,
            Instant deadline,
            @Nullable Duration lockWait) {

        /** With the resource's usual wait for locks. */
        public Opening(@Nullable BranchXid xid, Instant deadline) {
            this(xid, deadline, null);
        }
    }

    /**
     * A prepared branch found in a resource.
     *
     * @param since when it was prepared by the resource's clock; null when the resource does not say (MariaDB, MySQL)
     */
    record PreparedBranch(BranchXid xid, @Nullable Instant since) {}
}
