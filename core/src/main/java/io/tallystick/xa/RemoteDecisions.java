package io.tallystick.xa;

import java.util.Optional;

/** Coordinators elsewhere, whose branches lie in this engine's resources. Safe for use by many threads. */
public interface RemoteDecisions {

    /** Nobody is known elsewhere: strangers' branches are held and reported. */
    RemoteDecisions NONE = gtrid -> Optional.empty();

    /**
     * Asks the coordinator for its decision; its answer ABORT is final, because it has written a tombstone before it answers.
     *
     * @return nothing while the transaction is still active there, or the coordinator is not known here
     * @throws io.tallystick.jdbc.UnavailableException when it cannot be asked now: the branch is held
     */
    Optional<Verdict> ask(Gtrid gtrid);
}
