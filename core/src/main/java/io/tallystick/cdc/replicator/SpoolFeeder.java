package io.tallystick.cdc.replicator;

import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.CorruptionException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads for one target what waits in the spool, from where that target stands. Owns one thread. */
final class SpoolFeeder implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolFeeder.class);
    private static final Duration LOOK = Duration.ofMillis(20);
    private static final Duration ROOM = Duration.ofMillis(200);
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final PieceSpool spool;
    private final PieceQueue queue;
    private final TargetProgress progress;
    private final BiPredicate<Position, Position> covers;
    private final Consumer<String> damaged;
    private final CountDownLatch end = new CountDownLatch(1);
    private volatile long behindBytes = Long.MAX_VALUE;
    private @Nullable Thread thread;

    /** Number of the try to end in which the reader waits; 0 for none. Guarded by this, as the next ones. */
    private int ending;

    private int tries;
    private boolean ended;

    /**
     * @param covers whether the first position contains the second
     * @param damaged hears when the spool cannot be read any more
     */
    SpoolFeeder(
            PieceSpool spool,
            PieceQueue queue,
            TargetProgress progress,
            BiPredicate<Position, Position> covers,
            Consumer<String> damaged) {
        this.spool = spool;
        this.queue = queue;
        this.progress = progress;
        this.covers = covers;
        this.damaged = damaged;
    }

    SpoolFeeder start() {
        thread = CdcRuntime.thread("tally-cdc-spool-" + progress.status().target(), this);
        return this;
    }

    /** Waits until it puts nothing any more. */
    void stop() throws InterruptedException {
        end.countDown();
        if (thread != null) {
            thread.join();
        }
    }

    /**
     * Ends it when everything that is durable was put, which comes true within this time or not; nothing may be appended meanwhile.
     */
    boolean endsWithin(Duration longest) throws InterruptedException {
        long left = longest.toMillis();
        synchronized (this) {
            ending = ++tries;
        }
        if (thread != null) {
            thread.join(left);
        }
        synchronized (this) {
            ending = 0;
            return ended;
        }
    }

    private synchronized int ending() {
        return ending;
    }

    private synchronized boolean endsFor(int wanted) {
        ended = wanted != 0 && wanted == ending;
        return ended;
    }

    /** Durable and not put yet, in bytes. */
    long behindBytes() {
        return behindBytes;
    }

    @Override
    public void run() {
        try {
            boolean done = false;
            while (!done && end.getCount() > 0) {
                Position stands = progress.durable();
                if (stands == null) {
                    CdcRuntime.waitOr(end, LOOK);
                } else {
                    done = feed(stands);
                }
            }
        } catch (CorruptionException e) {
            damaged.accept(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** True when it ended because the reader wanted it to. */
    private boolean feed(Position stands) throws InterruptedException {
        try (PieceSpool.Reading reading = spool.read(place -> covers.test(stands, place))) {
            queue.beginAnew(reading.after());
            while (end.getCount() > 0) {
                int wanted = ending();
                TransactionPiece piece = reading.next();
                behindBytes = reading.behindBytes();
                if (piece != null) {
                    put(new Delivery.Piece(piece, null));
                } else if (endsFor(wanted)) {
                    return true;
                } else {
                    CdcRuntime.waitOr(end, LOOK);
                }
            }
        } catch (CorruptionException e) {
            throw e;
        } catch (RuntimeException e) {
            // also what nobody thought of: a target that gets nothing without a word would never be missed
            LOG.warn(
                    "what waits for target {} cannot be read, trying again: {}",
                    progress.status().target(),
                    e.getMessage());
            CdcRuntime.waitOr(end, AGAIN);
        }
        return false;
    }

    private void put(Delivery delivery) throws InterruptedException {
        boolean put = false;
        while (!put && end.getCount() > 0) {
            put = queue.put(delivery, ROOM);
        }
    }
}
