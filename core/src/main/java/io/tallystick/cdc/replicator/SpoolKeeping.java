package io.tallystick.cdc.replicator;

import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.BiPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts what is read into the spool while a target goes round, makes it durable, and lets go of what every target has. The spool holds
 * one stretch of the log without a hole. For the thread of the reading.
 */
final class SpoolKeeping {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolKeeping.class);
    private static final Duration TIDY_EVERY = Duration.ofSeconds(1);

    private final PieceSpool spool;
    private final BiPredicate<Position, Position> covers;
    private final Detour detour;
    private final Standings standings;
    private final SpoolGuard guard;
    private Instant tidied = Instant.EPOCH;
    /** Whether what is read now is not in the spool yet. */
    private boolean pastSpool;

    private boolean full;

    /** @param covers whether the first position contains the second */
    SpoolKeeping(
            PieceSpool spool,
            BiPredicate<Position, Position> covers,
            Detour detour,
            Standings standings,
            SpoolGuard guard) {
        this.spool = spool;
        this.covers = covers;
        this.detour = detour;
        this.standings = standings;
        this.guard = guard;
    }

    /** The log is read anew. */
    void beginAnew() {
        pastSpool = false;
        detour.large().beginAnew();
    }

    /** Keeps a piece for those that go round; false when there is no room at the moment. */
    boolean keep(TransactionPiece piece) {
        LargeTransaction large = detour.large();
        if (!detour.isUsed()) {
            if (large.has(piece)) {
                large.moves();
            }
            return true;
        }
        PieceSpool.Range range = spool.range();
        if (!pastSpool && range != null && covers.test(range.upTo(), piece.position())) {
            return true;
        }
        pastSpool = true;
        if (large.has(piece)) {
            large.waitsFor(detour.targets());
            return false;
        }
        return kept(piece, large);
    }

    private boolean kept(TransactionPiece piece, LargeTransaction large) {
        large.begins(piece);
        boolean kept = guard.guarded(() -> spool.append(piece));
        boolean before = full;
        full = !kept;
        if (kept) {
            guard.calm();
        } else if (!before) {
            guard.raise("the spool in " + spool.settings().directory() + " is full (" + spool.bytes()
                    + " bytes): the reading waits, and the source keeps its log. Mend " + spool.targets()
                    + ", or raise the limit and restart");
        }
        if (kept && large.isFoundBy(piece)) {
            detour.readAgain("transaction " + piece.transaction() + " is larger than the whole spool");
            return false;
        }
        return kept;
    }

    /** Makes durable what was kept, so that the source may be told. */
    void settle(Instant now) {
        detour.large().look();
        if (spool.range() == null) {
            guard.calm();
            return;
        }
        guard.guarded(() -> {
            spool.force();
            if (!full) {
                guard.calm();
            }
            standings.note();
            if (!now.isBefore(tidied.plus(TIDY_EVERY))) {
                tidied = now;
                tidy();
            }
            return true;
        });
    }

    private void tidy() {
        PieceSpool.Range range = spool.range();
        Set<String> noted = spool.targets();
        if (range == null) {
            return;
        }
        if (!detour.isUsed() && standings.allHave(range.upTo(), noted)) {
            spool.clear();
            LOG.info("every target has what lay in the spool");
        } else {
            spool.forget(place -> standings.allHave(place, noted));
        }
    }
}
