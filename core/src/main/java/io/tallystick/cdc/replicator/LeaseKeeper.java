package io.tallystick.cdc.replicator;

import io.tallystick.cdc.replicator.PipelineBoard.Entry;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at a pipeline's row at one target again and again, and holds the lease there. The targets are taken in the order of the file: a
 * runner takes a target's lease only while it holds those of all targets before it that answer, and gives it back when it does not. So
 * one of two runners always gives way, and a target that is away stops nobody. Owns one thread.
 */
final class LeaseKeeper implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
    /** How soon orders, and the end of somebody else's lease, are seen. */
    private static final Duration LOOK = Duration.ofMillis(400);

    /** So long an answer may take before the target counts as away. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final String target;
    private final PipelineBoard board;
    private final Terms terms;
    private final @Nullable LeaseKeeper before;
    private final Supplier<String> told;
    private final CountDownLatch end = new CountDownLatch(1);

    private volatile @Nullable Entry seen;
    private volatile @Nullable String failure;
    private volatile boolean wantsRenewal;
    private volatile boolean keepsLease;
    private volatile @Nullable Instant asking;
    private Instant renewedAt = Instant.EPOCH;

    /** Who wants the lease, for how long, and by which clock. */
    record Terms(String runner, Duration lease, CdcRuntime runtime) {}

    /** @param before the keeper at the target before this one; null for the first */
    LeaseKeeper(String target, PipelineBoard board, Terms terms, @Nullable LeaseKeeper before, Supplier<String> told) {
        this.target = target;
        this.board = board;
        this.terms = terms;
        this.before = before;
        this.told = told;
    }

    String target() {
        return target;
    }

    PipelineBoard board() {
        return board;
    }

    /** What stood there when it was last looked at; null while the target does not answer, or was not asked yet. */
    @Nullable
    Entry seen() {
        return seen;
    }

    /** Why the target does not answer; null while it does. */
    @Nullable
    String failure() {
        return failure;
    }

    /** Tells what it has to tell with the next look, also when the lease would not need it. */
    void renewSoon() {
        wantsRenewal = true;
    }

    /** Whether it does not answer, or takes so long that nobody waits for it. */
    boolean isAway() {
        Instant since = asking;
        return failure != null
                || since != null && terms.runtime().clock().instant().isAfter(since.plus(PATIENCE));
    }

    boolean isMine() {
        Entry entry = seen;
        return entry != null && entry.isHeldBy(terms.runner());
    }

    /** Whether everything before and this one is known, mine or away. */
    private boolean isOpen() {
        boolean here = isAway() || isMine();
        return here && (before == null || before.isOpen());
    }

    /**
     * Ends the keeping.
     *
     * @param givesBack whether the lease ends now, when its target answers, and not after its time
     */
    void stop(boolean givesBack) {
        keepsLease = !givesBack;
        end.countDown();
    }

    @Override
    public void run() {
        try {
            do {
                look();
            } while (!CdcRuntime.waitOr(end, LOOK));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        leave();
    }

    private void look() {
        asking = terms.runtime().clock().instant();
        try {
            Entry entry = board.read();
            boolean mayHold = before == null || before.isOpen();
            if (mayHold && !entry.isHeldByOtherThan(terms.runner())) {
                entry = isTimeToRenew(entry) ? renewed() : entry;
            } else if (entry.isHeldBy(terms.runner())) {
                board.leave(terms.runner());
                entry = board.read();
            }
            seen = entry;
            failure = null;
        } catch (RuntimeException e) {
            if (failure == null) {
                LOG.warn("target {} cannot be asked who runs the pipeline: {}", target, e.getMessage());
            }
            seen = null;
            failure = why(e);
        } finally {
            asking = null;
        }
    }

    private Entry renewed() {
        wantsRenewal = false;
        Entry entry = board.hold(terms.runner(), terms.lease(), told.get());
        renewedAt = terms.runtime().clock().instant();
        return entry;
    }

    private boolean isTimeToRenew(Entry entry) {
        Instant due = renewedAt.plus(terms.lease().dividedBy(3));
        return wantsRenewal
                || !entry.isHeldBy(terms.runner())
                || !terms.runtime().clock().instant().isBefore(due);
    }

    private void leave() {
        try {
            if (isMine() && !keepsLease) {
                board.leave(terms.runner());
            }
        } catch (RuntimeException e) {
            LOG.debug("the lease at {} is not given back; it ends by itself", target, e);
        }
    }

    /** A target where nothing was installed is told so, and not by the statement that found it out. */
    private static String why(RuntimeException e) {
        boolean notInstalled = e.getCause() instanceof SQLException sql
                && (SqlErrors.isMissingTable(sql, Dialect.POSTGRESQL)
                        || SqlErrors.isMissingTable(sql, Dialect.MARIADB));
        return notInstalled
                ? "Tallystick's tables are not there; tally pipeline run --install makes them, or tally schema install cdc"
                : String.valueOf(e.getMessage());
    }
}
