package io.tallystick.cdc;

import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads targets that cannot keep up through a spool, so that neither the others nor the source's log wait for them. As long as all
 * keep up nothing is written. The spool holds one stretch of the log without a hole. For the thread of the reading, but for what says
 * otherwise.
 */
final class Overflow {

    private static final Logger LOG = LoggerFactory.getLogger(Overflow.class);
    /** So little left is waited for, to go on without the spool. */
    private static final long NEAR_BYTES = 1 << 20;

    private static final Duration SHORTLY = Duration.ofMillis(100);
    private static final Duration TRY_EVERY = Duration.ofMillis(500);
    private static final Duration TIDY_EVERY = Duration.ofSeconds(1);
    /** How much more patience there is with a target that moves. */
    private static final int MOVING = 4;

    private final @Nullable PieceSpool spool;
    private final List<Flow> flows;
    private final BiPredicate<Position, Position> covers;
    private final Consumer<String> readAgain;
    private final Standings standings;
    private final @Nullable LargeTransaction large;

    private volatile boolean damaged;
    private volatile @Nullable String alarm;
    private Instant tried = Instant.EPOCH;
    private Instant tidied = Instant.EPOCH;
    /** Whether what is read now is not in the spool yet. */
    private boolean pastSpool;

    private boolean full;

    /**
     * @param covers whether the first position contains the second
     * @param readAgain asks for the log from where the targets stand; any thread may
     */
    Overflow(
            @Nullable PieceSpool spool,
            List<Flow> flows,
            BiPredicate<Position, Position> covers,
            Consumer<String> readAgain) {
        this.spool = spool;
        this.flows = flows;
        this.covers = covers;
        this.readAgain = readAgain;
        this.standings = new Standings(spool, flows, covers);
        this.large = spool == null ? null : new LargeTransaction(spool, flows, covers);
    }

    Standings standings() {
        return standings;
    }

    /** To be called before it is decided where to begin: looks after what was damaged. */
    void prepare() throws InterruptedException {
        if (damaged && spool != null) {
            stopFeeding();
            guarded(() -> {
                spool.inspect();
                return true;
            });
            damaged = false;
        }
    }

    /** The log can be read after this position, and is from now on: every target gets what follows where it stands. */
    void begin(Position from) throws InterruptedException {
        stopFeeding();
        if (spool == null) {
            flows.forEach(flow -> flow.beginAnew(from, null));
            return;
        }
        guarded(() -> beginWith(spool, from));
    }

    private boolean beginWith(PieceSpool of, Position from) {
        of.dropUnfinished();
        PieceSpool.Range range = of.range();
        if (range != null && (!covers.test(range.upTo(), from) || !covers.test(from, range.after()))) {
            // nobody needs it: all stand behind its end, or all of it comes again
            of.clear();
            range = null;
        }
        Set<Flow> round = new LinkedHashSet<>();
        for (Flow flow : flows) {
            if (standings.goesRound(flow, range)) {
                round.add(flow);
            }
        }
        if (range == null && !round.isEmpty()) {
            of.begin(from);
        }
        pastSpool = false;
        Objects.requireNonNull(large).beginAnew();
        standings.note();
        for (Flow flow : flows) {
            if (round.contains(flow)) {
                divert(flow, of);
            } else {
                flow.beginAnew(from, null);
            }
        }
        return true;
    }

    private void divert(Flow flow, PieceSpool into) {
        PieceSpool.Range range = into.range();
        if (range == null) {
            throw new IllegalStateException("the spool was not begun");
        }
        SpoolFeeder feeder = new SpoolFeeder(into, flow.queue(), flow.progress(), covers, this::damaged);
        flow.beginAnew(range.after(), feeder);
        flow.tooSlow(true);
        feeder.start();
    }

    private void damaged(String how) {
        LOG.error("{}", how);
        damaged = true;
        readAgain.accept("what lies in the spool is damaged: " + how);
    }

    /** Whether some target gets from the spool what it gets. */
    private boolean isUsed() {
        return flows.stream().anyMatch(Flow::isSpooled);
    }

    /** Whether tables may be copied: a chunk belongs between the same two transactions at every target. */
    boolean isIdle() {
        return spool == null || !isUsed();
    }

    /** Keeps a piece for those that go round; false when there is no room at the moment. */
    boolean keep(TransactionPiece piece) {
        LargeTransaction tooLarge = large;
        if (spool == null || tooLarge == null || !isUsed()) {
            if (tooLarge != null && tooLarge.has(piece)) {
                tooLarge.moves();
            }
            return true;
        }
        PieceSpool.Range range = spool.range();
        if (!pastSpool && range != null && covers.test(range.upTo(), piece.position())) {
            return true;
        }
        pastSpool = true;
        if (tooLarge.has(piece)) {
            tooLarge.waitsFor(spooled());
            return false;
        }
        return kept(piece, spool, tooLarge);
    }

    private boolean kept(TransactionPiece piece, PieceSpool into, LargeTransaction tooLarge) {
        tooLarge.begins(piece);
        boolean kept = guarded(() -> into.append(piece));
        boolean before = full;
        full = !kept;
        if (kept) {
            alarm = null;
        } else if (!before) {
            alarm = "the spool in " + into.settings().directory() + " is full (" + into.bytes()
                    + " bytes): the reading waits, and the source keeps its log. Mend " + into.targets()
                    + ", or raise the limit and restart";
            LOG.error("{}", alarm);
        }
        if (kept && tooLarge.isFoundBy(piece)) {
            readAgain.accept("transaction " + piece.transaction() + " is larger than the whole spool");
            return false;
        }
        return kept;
    }

    private List<String> spooled() {
        return flows.stream().filter(Flow::isSpooled).map(Flow::target).toList();
    }

    /** Makes durable what was kept, so that the source may be told. */
    void settle(Instant now) {
        if (large != null) {
            large.look();
        }
        if (spool == null || spool.range() == null) {
            alarm = null;
            return;
        }
        guarded(() -> {
            spool.force();
            if (!full) {
                alarm = null;
            }
            standings.note();
            if (!now.isBefore(tidied.plus(TIDY_EVERY))) {
                tidied = now;
                tidy(spool);
            }
            return true;
        });
    }

    private void tidy(PieceSpool of) {
        PieceSpool.Range range = of.range();
        Set<String> noted = of.targets();
        if (range == null) {
            return;
        }
        if (!isUsed() && standings.allHave(range.upTo(), noted)) {
            of.clear();
            LOG.info("every target has what lay in the spool");
        } else {
            of.forget(place -> standings.allHave(place, noted));
        }
    }

    private boolean guarded(BooleanSupplier work) {
        try {
            return work.getAsBoolean();
        } catch (CorruptionException e) {
            damaged(String.valueOf(e.getMessage()));
            alarm = e.getMessage();
            throw new UnavailableException(e.getMessage() + "; what is sound is looked for", e);
        } catch (UnavailableException e) {
            if (alarm == null) {
                LOG.error("{}", e.getMessage());
            }
            alarm = e.getMessage();
            throw e;
        }
    }

    /**
     * Leads a target round that does not take what is read; what is read from now on it gets in time.
     *
     * @return false when there is no way round
     */
    boolean divert(Flow flow, String why) {
        if (spool == null || (large != null && large.isBefore(flow))) {
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
            divert(flow, spool);
        } else {
            readAgain.accept("target " + flow.target() + " goes round through the spool");
        }
        return true;
    }

    /** Tells that the reading waits for a target that cannot be led round. */
    void waitsFor(Flow flow) {
        if (large != null && large.isBefore(flow)) {
            large.waitsFor(List.of(flow.target()));
        }
    }

    /** Leads those round that hold up others, or the source's log, although they move. */
    void look(long lagBytes) {
        if (spool == null) {
            return;
        }
        SpoolSettings settings = spool.settings();
        for (Flow flow : flows) {
            if (!flow.isSpooled() && !flow.isTooSlow()) {
                boolean lags = lagBytes >= settings.sourceLogBytes();
                Duration held = flow.heldUp(lags || othersStarve(flow));
                if (lags && held.compareTo(settings.patience()) > 0) {
                    divert(flow, lagBytes + " bytes of log are unread at the source");
                } else if (held.compareTo(settings.patience().multipliedBy(MOVING)) > 0) {
                    divert(flow, "it holds the other targets up");
                }
            }
        }
    }

    private boolean othersStarve(Flow than) {
        return flows.stream()
                .anyMatch(flow ->
                        flow != than && !flow.isSpooled() && flow.queue().isNearlyEmpty());
    }

    Duration patience() {
        return spool == null
                ? Duration.ofSeconds(Long.MAX_VALUE)
                : spool.settings().patience();
    }

    /** Lets those that have caught up go on from memory. To be called between two transactions, the log being read up to here. */
    void letReturn(Position readTo, Instant now) throws InterruptedException {
        PieceSpool.Range range = spool == null ? null : spool.range();
        if (spool == null
                || range == null
                || now.isBefore(tried.plus(TRY_EVERY))
                || !covers.test(readTo, range.upTo())) {
            return;
        }
        tried = now;
        for (Flow flow : flows) {
            // one that is away has an empty queue too, just after it was led round
            if (flow.isSpooled()
                    && flow.progress().status().error() == null
                    && flow.feeder().behindBytes() < NEAR_BYTES
                    && flow.queue().isNearlyEmpty()) {
                guarded(() -> {
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

    /** How the spool stands; null when there is none. Any thread may ask. */
    PipelineStatus.@Nullable SpoolStatus status() {
        if (spool == null) {
            return null;
        }
        return new PipelineStatus.SpoolStatus(spool.bytes(), spool.settings().limitBytes(), spooled(), alarm());
    }

    /** For a message about a gap: what the spool could have filled it with. */
    String whatLies() {
        if (spool == null) {
            return "";
        }
        PieceSpool.Range range = spool.range();
        return ". The spool in " + spool.settings().directory()
                + (range == null
                        ? " is empty; if changes lay in it, or in another directory, they are lost"
                        : " holds what follows " + range.after() + " up to " + range.upTo());
    }

    /** Why the reading waits for the spool; null while it does not. Any thread may ask. */
    @Nullable
    String alarm() {
        String storage = alarm;
        return storage != null || large == null ? storage : large.alarm();
    }

    /** Ends the feeding; what lies in the spool stays, with what was read last: a source that keeps no log for us may not have it again. */
    void close() {
        try {
            stopFeeding();
            if (spool != null) {
                spool.force();
            }
        } catch (UnavailableException | CorruptionException e) {
            LOG.error("{}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void stopFeeding() throws InterruptedException {
        for (Flow flow : flows) {
            if (flow.isSpooled()) {
                flow.feeder().stop();
            }
        }
    }
}
