package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TransactionPiece;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What changes of the source become at a target, without those that would go back to where they came from. For one thread. */
final class PieceMapping {

    private final ChangeMapping mapping;
    private final Predicate<TableName> isCopied;
    private final EchoGuard guard;
    private final Set<TableName> toCopyAnew = new HashSet<>();
    private final Plainly plainly = new Plainly();

    /** @param isCopied whether this table of the source is being copied just now: its rows may be there or not yet */
    PieceMapping(ChangeMapping mapping, Predicate<TableName> isCopied, EchoGuard guard) {
        this.mapping = mapping;
        this.isCopied = isCopied;
        this.guard = guard;
    }

    /** Tables whose copying has to begin anew, since this was asked last. */
    Set<TableName> toCopyAnew() {
        Set<TableName> tables = Set.copyOf(toCopyAnew);
        toCopyAnew.clear();
        return tables;
    }

    /** @throws io.tallystick.jdbc.RejectedException when a leg of the route can make nothing of it; the others have made theirs */
    void map(Change change, TransactionPiece piece, Consumer<TargetChange> all) {
        Consumer<TargetChange> out = piece.origin() == null
                ? all
                : made -> {
                    if (!guard.isEcho(piece.origin(), made.table().name())) {
                        all.accept(made);
                    }
                };
        if (isCopied.test(change.table().name())) {
            mapping.map(change, made -> tolerant(change, SourceOrder.plain(made), out));
        } else {
            plainly.out = out;
            mapping.map(change, plainly);
        }
    }

    /** As long as a table is copied nobody knows which of its rows are there. */
    private void tolerant(Change source, TargetChange change, Consumer<TargetChange> out) {
        TargetRow row = change.row();
        boolean puts = change.verb() == Verb.INSERT || change.verb() == Verb.UPDATE;
        boolean moves = SourceOrder.standsAlone(change);
        if (!puts || row == null || row.isPartial()) {
            if (moves && puts) {
                // the row may not be here yet under its old key, and was passed already under its new one
                toCopyAnew.add(source.table().name());
            }
            out.accept(change);
            return;
        }
        if (change.key() != null && moves) {
            out.accept(new TargetChange(change.table(), Verb.DELETE, change.key(), null));
        }
        out.accept(new TargetChange(change.table(), Verb.UPSERT, null, row));
    }

    /** Hands on changes in their plain form; one for all of them, because there are many. */
    private static final class Plainly implements Consumer<TargetChange> {

        private Consumer<TargetChange> out = made -> {};

        @Override
        public void accept(TargetChange made) {
            out.accept(SourceOrder.plain(made));
        }
    }
}
