package io.tallystick.xa;

import io.tallystick.jdbc.UnknownOutcomeException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * It is not known whether the transaction was committed: its branches are held, and the engine goes on asking. Ask for the outcome with
 * {@link XaEngine#outcome}; never repeat the work before that.
 */
public final class OutcomeUnknownException extends UnknownOutcomeException {

    private final transient @Nullable Gtrid gtrid;

    OutcomeUnknownException(@Nullable Gtrid gtrid, @Nullable String why) {
        super("the outcome of transaction " + (gtrid == null ? "(one branch, without a name)" : gtrid)
                + " is not known yet: " + why
                + (gtrid == null
                        ? ". Look in the database whether its rows are there; a transaction that is given its name"
                                + " before its commit, XaTransaction.name(), can be asked for"
                        : ". Ask for it: tally tx show " + gtrid));
        this.gtrid = gtrid;
    }

    /** The transaction to ask for; nothing when a single branch committed without a name. */
    public Optional<Gtrid> gtrid() {
        return Optional.ofNullable(gtrid);
    }
}
