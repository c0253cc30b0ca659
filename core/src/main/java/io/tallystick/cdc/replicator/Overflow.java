package io.tallystick.cdc.replicator;

import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leads targets that cannot keep up through a spool, so that neither the others nor the source's log wait for them. As long as all
 * keep up nothing is written. What the reading knows of it: {@link Detour} says who goes round, {@link SpoolKeeping} keeps what they
 * are to get, {@link SpoolGuard} what is wrong with the spool. For the thread of the reading, but for what says otherwise.
 */
final class Overflow {

    private static final Logger LOG = LoggerFactory.getLogger(Overflow.class);

    private final List<Flow> flows;
    private final Standings standings;
    private final @Nullable Round round;

    /**
     * @param spool null when there is no way round
     * @param covers whether the first position contains the second
     * @param readAgain asks for the log from where the targets stand; any thread may
     */
    Overflow(
            @Nullable PieceSpool spool,
            List<Flow> flows,
            BiPredicate<Position, Position> covers,
            Consumer<String> readAgain) {
        this.flows = flows;
        this.standings = new Standings(spool, flows, covers);
        this.round = spool == null ? null : round(spool, covers, readAgain);
    }

    private Round round(PieceSpool spool, BiPredicate<Position, Position> covers, Consumer<String> readAgain) {
        SpoolGuard guard = new SpoolGuard(spool, readAgain);
        Detour detour = new Detour(spool, flows, covers, guard, readAgain);
        return new Round(spool, guard, detour, new SpoolKeeping(spool, covers, detour, standings, guard));
    }

    /** All that there is only where there is a spool. */
    private record Round(PieceSpool spool, SpoolGuard guard, Detour detour, SpoolKeeping keeping) {}

    Standings standings() {
        return standings;
    }

    /** To be called before it is decided where to begin: looks after what was damaged. */
    void prepare() throws InterruptedException {
        if (round != null && round.guard.isDamaged()) {
            round.detour.stopFeeding();
            round.guard.inspect();
        }
    }

    /** The log can be read after this position, and is from now on: every target gets what follows where it stands. */
    void begin(Position from) throws InterruptedException {
        Round way = round;
        if (way == null) {
            flows.forEach(flow -> flow.beginAnew(from, null));
            return;
        }
        way.detour.stopFeeding();
        way.guard.guarded(() -> {
            way.keeping.beginAnew();
            way.detour.begin(from, standings);
            return true;
        });
    }

    /** Whether tables may be copied: a chunk belongs between the same two transactions at every target. */
    boolean isIdle() {
        return round == null || !round.detour.isUsed();
    }

    /** Keeps a piece for those that go round; false when there is no room at the moment. */
    boolean keep(TransactionPiece piece) {
        return round == null || round.keeping.keep(piece);
    }

    /** Makes durable what was kept, so that the source may be told. */
    void settle(Instant now) {
        if (round != null) {
            round.keeping.settle(now);
        }
    }

    /**
     * Leads a target round that does not take what is read; what is read from now on it gets in time.
     *
     * @return false when there is no way round
     */
    boolean divert(Flow flow, String why) {
        return round != null && round.detour.take(flow, why);
    }

    /** Tells that the reading waits for a target that cannot be led round. */
    void waitsFor(Flow flow) {
        if (round != null && round.detour.large().isBefore(flow)) {
            round.detour.large().waitsFor(List.of(flow.target()));
        }
    }

    /** Leads those round that hold up others, or the source's log, although they move. */
    void look(long lagBytes) {
        if (round != null) {
            round.detour.look(lagBytes);
        }
    }

    Duration patience() {
        return round == null
                ? Duration.ofSeconds(Long.MAX_VALUE)
                : round.spool.settings().patience();
    }

    /** Lets those that have caught up go on from memory. To be called between two transactions, the log being read up to here. */
    void letReturn(Position readTo, Instant now) throws InterruptedException {
        if (round != null) {
            round.detour.letReturn(readTo, now);
        }
    }

    /** How the spool stands; null when there is none. Any thread may ask. */
    PipelineStatus.@Nullable SpoolStatus status() {
        if (round == null) {
            return null;
        }
        PieceSpool spool = round.spool;
        return new PipelineStatus.SpoolStatus(
                spool.bytes(), spool.settings().limitBytes(), round.detour.targets(), alarm());
    }

    /** For a message about a gap: what the spool could have filled it with. */
    String whatLies() {
        if (round == null) {
            return "";
        }
        PieceSpool.Range range = round.spool.range();
        return ". The spool in " + round.spool.settings().directory()
                + (range == null
                        ? " is empty; if changes lay in it, or in another directory, they are lost"
                        : " holds what follows " + range.after() + " up to " + range.upTo());
    }

    /** Why the reading waits for the spool; null while it does not. Any thread may ask. */
    @Nullable
    String alarm() {
        if (round == null) {
            return null;
        }
        String storage = round.guard.alarm();
        return storage != null ? storage : round.detour.large().alarm();
    }

    /** Ends the feeding; what lies in the spool stays, with what was read last: a source that keeps no log for us may not have it again. */
    void close() {
        if (round == null) {
            return;
        }
        try {
            round.detour.stopFeeding();
            round.spool.force();
        } catch (UnavailableException | CorruptionException e) {
            LOG.error("{}", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
