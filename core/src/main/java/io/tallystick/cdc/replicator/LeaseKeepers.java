package io.tallystick.cdc.replicator;

import io.tallystick.cdc.replicator.PipelineBoard.Entry;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.TallystickException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What stands at all targets of a pipeline, in the order of the file. Thread-safe. */
final class LeaseKeepers {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeepers.class);

    private final List<LeaseKeeper> keepers = new ArrayList<>();

    LeaseKeepers(String pipeline, List<ReplicatedTarget> targets, LeaseKeeper.Terms terms, Supplier<String> told) {
        LeaseKeeper before = null;
        for (ReplicatedTarget target : targets) {
            PipelineBoard board =
                    new PipelineBoard(Jdbc.on(target.dataSource(), target.dialect()), pipeline + "/" + target.name());
            before = new LeaseKeeper(target.name(), board, terms, before, told);
            keepers.add(before);
        }
    }

    List<LeaseKeeper> all() {
        return keepers;
    }

    /** What the first target says that answers; null when none does, or was not asked yet. */
    @Nullable
    Entry deciding() {
        for (LeaseKeeper keeper : keepers) {
            if (!keeper.isAway()) {
                return keeper.seen();
            }
        }
        return null;
    }

    /**
     * Whether the lease of the target that decides runs for this one, asked afresh: what was seen last is old in a process that stood
     * still.
     */
    boolean stillHeldBy(String runner) {
        for (LeaseKeeper keeper : keepers) {
            if (!keeper.isAway()) {
                return keeper.board().read().isHeldBy(runner);
            }
        }
        return false;
    }

    /** Why no target answers; null while that is not known. */
    @Nullable
    String silence() {
        List<String> failures = keepers.stream()
                .map(LeaseKeeper::failure)
                .filter(Objects::nonNull)
                .toList();
        return failures.isEmpty() ? null : "no target answers: " + String.join("; ", failures);
    }

    /** The orders that count, told to every target that does not know them. */
    PipelineOrders orders(PipelineOrders known) {
        List<PipelineOrders> all = new ArrayList<>(List.of(known));
        keepers.forEach(keeper -> {
            Entry entry = keeper.seen();
            if (entry != null) {
                all.add(entry.orders());
            }
        });
        PipelineOrders newest = PipelineOrders.newest(all);
        eachThat(entry -> entry.orders().number() < newest.number(), board -> board.order(newest, null));
        return newest;
    }

    /** Stores an order that the runner gives by itself; the orders that stand then. */
    PipelineOrders give(NewOrder order, PipelineOrders known) {
        Map<String, PipelineBoard> boards = new LinkedHashMap<>();
        keepers.stream()
                .filter(keeper -> keeper.seen() != null)
                .forEach(keeper -> boards.put(keeper.target(), keeper.board()));
        return order.give(known, boards).orders();
    }

    /** Notes why the pipeline stands still. */
    void noteGap(String why) {
        eachThat(entry -> true, board -> board.gap(why));
    }

    /** What stood in the way was mended without a resync. */
    void noteMended() {
        eachThat(entry -> entry.gap() != null, board -> board.gap(null));
    }

    /**
     * Whether no target has begun this resync. Asked afresh: a position that a target already has must not be lost. A target that is
     * away may have one, so then this is false; unless changes are lost to the log, for then its position is of no use either.
     */
    boolean isBegunNowhere(ResyncOrder resync) {
        boolean lost = false;
        boolean silent = false;
        for (LeaseKeeper keeper : keepers) {
            try {
                Entry entry = keeper.board().read();
                if (entry.resyncsDone() >= resync.number()) {
                    return false;
                }
                lost |= entry.gap() != null;
            } catch (TallystickException e) {
                LOG.debug("target {} is away and begins the resync later", keeper.target(), e);
                silent = true;
            }
        }
        return lost || !silent;
    }

    private void eachThat(Predicate<Entry> which, Consumer<PipelineBoard> work) {
        for (LeaseKeeper keeper : keepers) {
            Entry entry = keeper.seen();
            if (entry != null && which.test(entry)) {
                try {
                    work.accept(keeper.board());
                } catch (TallystickException e) {
                    LOG.debug("target {} does not take it now; it is told again", keeper.target(), e);
                }
            }
        }
    }

    void renewSoon() {
        keepers.forEach(LeaseKeeper::renewSoon);
    }

    /** @param givesBack whether another runner may take over at once */
    void stop(boolean givesBack) {
        keepers.forEach(keeper -> keeper.stop(givesBack));
    }
}
