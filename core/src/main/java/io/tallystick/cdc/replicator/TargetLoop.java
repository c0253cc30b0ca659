package io.tallystick.cdc.replicator;

import io.tallystick.jdbc.RejectedException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies to one target what was read, group by group, each in one transaction with the position that it leads to. A target that is
 * away is tried again for ever; the group that failed is kept, and after a lost answer the position tells whether it was committed.
 * Owns one thread.
 */
final class TargetLoop implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(TargetLoop.class);
    private static final Duration TICK = Duration.ofMillis(200);

    private final PieceQueue queue;
    private final CountDownLatch end = new CountDownLatch(1);

    private final TargetTask task;
    private final TablePauses pauses;
    private final Unapplied unapplied = new Unapplied();
    private final LargeRefusal large = new LargeRefusal();

    private long generation;
    /** Whether what comes is void until the reading has begun anew. */
    private boolean outOfStep;

    TargetLoop(
            ReplicatedTarget target,
            Upstream upstream,
            PieceQueue queue,
            PipelineSettings settings,
            TargetProgress progress) {
        this.queue = queue;
        this.task = new TargetTask(target, upstream, settings, progress);
        this.pauses = new TablePauses(task);
    }

    /** Ends the loop after the group in work. */
    void stop() {
        end.countDown();
    }

    @Override
    public void run() {
        int failures = 0;
        while (end.getCount() > 0) {
            try (TargetSession session = task.upstream().claim(task.target())) {
                work(session);
            } catch (FencedException e) {
                task.upstream().fenced(e);
                return;
            } catch (RuntimeException e) {
                // also what nobody thought of: a loop that ended without a word would hold up the source's log for ever
                failures = task.progress().hasMoved() ? 0 : failures + 1;
                abandonWhatIsStreamed();
                if (!pauses.foundAfter(e)) {
                    pauseAfter(e, failures);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void pauseAfter(RuntimeException failure, int failures) {
        // a schema error or a missing right is mended by a person, all others by time: the same pause serves both
        String advice = (failure instanceof RejectedException ? "; it goes on by itself once that is mended" : "")
                + pauses.hindrance();
        task.progress().failed(failure.getMessage() + advice);
        LOG.warn(
                "target {} cannot be written, trying again: {}{}", task.target().name(), failure.getMessage(), advice);
        try {
            CdcRuntime.waitOr(end, task.upstream().runtime().pause(task.settings(), failures));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void abandonWhatIsStreamed() {
        if (unapplied.isStreaming()) {
            abandon("lost a large transaction half-way");
        }
    }

    /** What was written is gone with the connection or the server, and its pieces were not kept: read them again. */
    private void abandon(String why) {
        outOfStep = true;
        unapplied.clear();
        task.upstream().readAgain("target " + task.target().name() + " " + why);
    }

    private void work(TargetSession session) throws InterruptedException {
        lookWhetherItFellBack(session);
        pauses.begin(session);
        SessionWork work = new SessionWork(task, session, unapplied, large);
        work.resume();
        task.progress().connected(session.position());
        work.accept();
        while (end.getCount() > 0) {
            PieceQueue.Taken next = queue.take(atOnce(session), TICK);
            if (next.generation() != generation) {
                generation = next.generation();
                outOfStep = false;
                work.forgetBegun();
                if (!task.covers(session.position(), next.from())) {
                    abandon("stands further behind than the reading began");
                }
            }
            if (!outOfStep) {
                unapplied.take(next.deliveries());
                work.accept();
            }
            work.stayAwake();
            if (work.isBetweenTransactions() && pauses.takesUp(session)) {
                return;
            }
        }
    }

    /** Where each change is made by itself, because conflicts are settled, a larger group only holds its locks for longer. */
    private int atOnce(TargetSession session) {
        int near = task.settings().groupChanges();
        return task.target().mapping().settlesConflicts()
                ? near
                : session.distance().worthOneTransaction(near);
    }

    /** A target that was restored, or whose standby took over, may have lost what it had committed. */
    private void lookWhetherItFellBack(TargetSession session) {
        if (!task.covers(session.position(), task.progress().durable())) {
            task.progress().connected(session.position());
            abandon("has lost what it had applied already: it stands at " + session.position());
        }
    }
}
