package io.tallystick.xa;

import java.util.Optional;

/** Coordinators elsewhere, whose branches lie in this engine's resources. Safe for use by many threads. */
public interface RemoteDecisions {

    /** Nobody is known elsewhere: strangers' branches are held and reported. */
    RemoteDecisions NONE = branch -> Optional.empty();

    /**
     * Asks the coordinator for its decision about one branch; its answer ABORT is final, because it has written a tombstone before it
     * answers, or has decided without this branch: the call that made it was lost, and made again.
     *
     * @return nothing while the transaction is still active there, or the coordinator is not known here
     * @throws io.tallystick.jdbc.UnavailableException when it cannot be asked now: the branch is held
     */
    Optional<Verdict> ask(BranchXid branch);
}
