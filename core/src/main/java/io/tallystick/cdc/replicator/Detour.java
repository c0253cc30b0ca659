package io.tallystick.cdc.replicator;

import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SpoolSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The way round through the spool: which targets go it, from when on, and until when. For the thread of the reading. */
final class Detour {

    private static final Logger LOG = LoggerFactory.getLogger(Detour.class);
    /** So little left is waited for, to go on without the spool. */
    private static final long NEAR_BYTES = 1 << 20;

    private static final Duration SHORTLY = Duration.ofMillis(100);
    private static final Duration TRY_EVERY = Duration.ofMillis(500);
    /** How much more patience there is with a target that moves. */
    private static final int MOVING = 4;

    private final PieceSpool spool;
    private final List<Flow> flows;
    private final BiPredicate<Position, Position> covers;
    private final SpoolGuard guard;
    private final Consumer<String> readAgain;
    private final LargeTransaction large;
    private Instant tried = Instant.EPOCH;

    /**
     * @param covers whether the first position contains the second
     * @param readAgain asks for the log from where the targets stand; any thread may
     */
    Detour(
            PieceSpool spool,
            List<Flow> flows,
            BiPredicate<Position, Position> covers,
            SpoolGuard guard,
            Consumer<String> readAgain) {
        this.spool = spool;
        this.flows = flows;
        this.covers = covers;
        this.guard = guard;
        this.readAgain = readAgain;
        this.large = new LargeTransaction(spool, flows, covers);
    }

    /** What is too large to go round. */
    LargeTransaction large() {
        return large;
    }

    /** Whether some target gets from the spool what it gets. */
    boolean isUsed() {
        return flows.stream().anyMatch(Flow::isSpooled);
    }

    /** Those that do. */
    List<String> targets() {
        return flows.stream().filter(Flow::isSpooled).map(Flow::target).toList();
    }

    void readAgain(String why) {
        readAgain.accept(why);
    }

    /** Every target gets what follows where it stands: from the log, which is read after this position, or from the spool. */
    void begin(Position from, Standings standings) {
        spool.dropUnfinished();
        PieceSpool.Range range = spool.range();
        if (range != null && (!covers.test(range.upTo(), from) || !covers.test(from, range.after()))) {
            // nobody needs it: all stand behind its end, or all of it comes again
            spool.clear();
            range = null;
        }
        Set<Flow> round = new LinkedHashSet<>();
        for (Flow flow : flows) {
            if (standings.goesRound(flow, range)) {
                round.add(flow);
            }
        }
        if (range == null && !round.isEmpty()) {
            spool.begin(from);
        }
        standings.note();
        for (Flow flow : flows) {
            if (round.contains(flow)) {
                lead(flow);
            } else {
                flow.beginAnew(from, null);
            }
        }
    }

    private void lead(Flow flow) {
        PieceSpool.Range range = spool.range();
        if (range == null) {
            throw new IllegalStateException("the spool was not begun");
        }
        SpoolFeeder feeder = new SpoolFeeder(spool, flow.queue(), flow.progress(), covers, guard::damaged);
        flow.beginAnew(range.after(), feeder);
        flow.tooSlow(true);
        feeder.start();
    }

    /**
     * Leads a target round that does not take what is read; what is read from now on it gets in time.
     *
     * @return false when there is no way round
     */
    boolean take(Flow flow, String why) {
        if (large.isBefore(flow)) {
            return false;
        }
        LOG.warn(
                "target {} goes round through the spool in {}: {}",
                flow.target(),
                spool.settings().directory(),
                why);
        flow.tooSlow(true);
        Position durable = flow.progress().durable();
        PieceSpool.Range range = spool.range();
        if (isUsed() && range != null && (durable == null || covers.test(durable, range.after()))) {
            lead(flow);
        } else {
            readAgain.accept("target " + flow.target() + " goes round through the spool");
        }
        return true;
    }

    /** Leads those round that hold up others, or the source's log, although they move. */
    void look(long lagBytes) {
        SpoolSettings settings = spool.settings();
        for (Flow flow : flows) {
            if (!flow.isSpooled() && !flow.isTooSlow()) {
                boolean lags = lagBytes >= settings.sourceLogBytes();
                Duration held = flow.heldUp(lags || !copies() && othersStarve(flow));
                if (lags && held.compareTo(settings.patience()) > 0) {
                    take(flow, lagBytes + " bytes of log are unread at the source");
                } else if (held.compareTo(settings.patience().multipliedBy(MOVING)) > 0) {
                    take(flow, "it holds the other targets up");
                }
            }
        }
    }

    /** Led round, a target would hold the copying up altogether, and with it the others. */
    private boolean copies() {
        return flows.stream().anyMatch(flow -> !flow.progress().loads().isEmpty());
    }

    private boolean othersStarve(Flow than) {
        return flows.stream()
                .anyMatch(flow ->
                        flow != than && !flow.isSpooled() && flow.queue().isNearlyEmpty());
    }

    /** Lets those that have caught up go on from memory. To be called between two transactions, the log being read up to here. */
    void letReturn(Position readTo, Instant now) throws InterruptedException {
        PieceSpool.Range range = spool.range();
        if (range == null || now.isBefore(tried.plus(TRY_EVERY)) || !covers.test(readTo, range.upTo())) {
            return;
        }
        tried = now;
        for (Flow flow : flows) {
            if (hasCaughtUp(flow)) {
                guard.guarded(() -> {
                    spool.force();
                    return true;
                });
                if (flow.feeder().endsWithin(SHORTLY)) {
                    flow.leaveSpool();
                    LOG.info("target {} has caught up and goes on without the spool", flow.target());
                }
            }
        }
    }

    /** One that is away has an empty queue too, just after it was led round. */
    private static boolean hasCaughtUp(Flow flow) {
        return flow.isSpooled()
                && flow.progress().status().error() == null
                && flow.feeder().behindBytes() < NEAR_BYTES
                && flow.queue().isNearlyEmpty();
    }

    /** Ends the feeding; what lies in the spool stays. */
    void stopFeeding() throws InterruptedException {
        for (Flow flow : flows) {
            if (flow.isSpooled()) {
                flow.feeder().stop();
            }
        }
    }
}
