package io.tallystick.xa;

import io.tallystick.jdbc.CorruptionException;

/** Some branch ended otherwise than decided; the evidence is kept, see {@link XaEngine#heuristics}. A person has to look. */
public final class HeuristicException extends CorruptionException {

    private final boolean allRolledBack;

    HeuristicException(Coordination transaction) {
        this(transaction, transaction.state().allRolledBackAgainstTheDecision());
    }

    private HeuristicException(Coordination transaction, boolean allRolledBack) {
        super(transaction
                + (allRolledBack
                        ? " was decided to commit, and every branch that wrote has been rolled back instead"
                        : " ended differently in its branches")
                + "; the evidence is kept: tally tx show " + transaction.gtrid());
        this.allRolledBack = allRolledBack;
    }

    /**
     * Whether it was to commit, and every branch that wrote anything was rolled back instead: nothing of it is left, and the databases agree.
     * Never so when the decision rode in a branch's own commit, for that one has committed.
     */
    public boolean isAllRolledBack() {
        return allRolledBack;
    }
}
