package io.tallystick.xa;

import io.tallystick.jdbc.CorruptionException;

/** Some branch ended otherwise than decided; the evidence is kept, see {@link XaEngine#heuristics}. A person has to look. */
public final class HeuristicException extends CorruptionException {
    HeuristicException(Coordination transaction) {
        super(transaction + " ended differently in its branches; the evidence is kept: tally tx show "
                + transaction.gtrid());
    }
}
