package io.tallystick.xa;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Branches in doubt on connections of other people's pools: such a connection is not given back until its branch has ended. On MariaDB its
 * session hides the branch from everybody else, and whoever got it next from the pool would find a session that refuses every statement. That
 * session can still end its branch, so it is told as well when telling it by name was of no use. Thread-safe.
 */
final class Kept {

    private static final Logger LOG = LoggerFactory.getLogger(Kept.class);

    /** As for what a coordination looks for: one scan may have begun before the branch was prepared. */
    private static final int CLEAN_SCANS = 2;

    private final ExecutorService workers;
    private final XaRuntime.Patience patience;
    private final Map<BranchXid, Held> held = new ConcurrentHashMap<>();

    Kept(ExecutorService workers, XaRuntime.Patience patience) {
        this.workers = workers;
        this.patience = patience;
    }

    /** Gives its connection back, or keeps it until the branch {@link #ended has ended}. */
    void giveBack(Branch branch) {
        BranchXid xid = branch.startedAs();
        if (xid == null || !branch.mustBeKept()) {
            release(branch);
            return;
        }
        LOG.warn(
                "the connection of branch {} on '{}' stays out of its pool until the branch has ended",
                xid,
                branch.resource());
        held.put(xid, new Held(branch));
    }

    /** What a pool throws is no reason to leave the rest of the transaction undone. */
    private static void release(Branch branch) {
        try {
            branch.release();
        } catch (RuntimeException | Error e) {
            LOG.warn("{}: its connection could not be given back", branch, e);
        }
    }

    /** Tells a branch its end by its name, and, when that is of no use and its connection is kept here, on that connection. */
    Ack finish(boolean commit, BranchXid xid, Duration budget, Supplier<Ack> byName) {
        Held mine = held.get(xid);
        if (mine == null) {
            return byName.get();
        }
        Ack ack = mine.answer;
        if (ack == null) {
            ack = named(byName);
        }
        if (ack instanceof Ack.Retry) {
            Ack own = mine.tell(commit, budget);
            ack = own == null ? ack : own;
        }
        if (ack instanceof Ack.Done || ack instanceof Ack.Heuristic) {
            ended(xid);
        }
        return ack;
    }

    /** A resource that is not configured here cannot be asked by name, but its connection can. */
    private static Ack named(Supplier<Ack> byName) {
        try {
            return byName.get();
        } catch (RuntimeException e) {
            return new Ack.Retry(e.toString());
        }
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    /** Its connection is given back, at once or when the call that is under way on it returns. */
    void ended(@Nullable BranchXid xid) {
        Held over = xid == null ? null : held.remove(xid);
        if (over != null) {
            over.end();
        }
    }

    /** A complete scan of a resource found these: what two do not show has ended, by somebody's word who did not tell us. */
    void scanned(String resource, Set<BranchXid> found) {
        held.forEach((xid, kept) -> {
            if (kept.branch.resource().equals(resource) && kept.isMissing(!found.contains(xid))) {
                ended(xid);
            }
        });
    }

    private final class Held {
        private final Branch branch;
        private volatile @Nullable Ack answer;
        private boolean called;
        private boolean over;
        private int clean;

        Held(Branch branch) {
            this.branch = branch;
        }

        /** Null when it does not answer in time, or not yet to the question before: nobody else waits for a connection that hangs. */
        @Nullable
        Ack tell(boolean commit, Duration budget) {
            if (!mayCall()) {
                return null;
            }
            CompletableFuture<Void> asked = CompletableFuture.runAsync(() -> ask(commit, budget), workers);
            return patience.wait(asked, budget) ? answer : null;
        }

        private void ask(boolean commit, Duration budget) {
            try {
                Ack ack = commit ? branch.commit(budget) : branch.rollback(budget);
                if (ack instanceof Ack.Done || ack instanceof Ack.Heuristic) {
                    answer = ack;
                }
            } catch (RuntimeException e) {
                LOG.warn("{}: asked on its own connection, it failed unexpectedly", branch, e);
            } finally {
                hasReturned();
            }
        }

        private synchronized boolean mayCall() {
            boolean may = !called && !over;
            called |= may;
            return may;
        }

        private void hasReturned() {
            boolean release;
            synchronized (this) {
                called = false;
                release = over;
            }
            if (release) {
                release(branch);
            }
        }

        private void end() {
            boolean release;
            synchronized (this) {
                release = !called;
                over = true;
            }
            if (release) {
                release(branch);
            }
        }

        private synchronized boolean isMissing(boolean now) {
            clean = now ? clean + 1 : 0;
            return clean >= CLEAN_SCANS;
        }
    }
}
