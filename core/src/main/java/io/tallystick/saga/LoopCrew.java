package io.tallystick.saga;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The two threads that drive one {@link SagaLoop}, one at a time, and who makes its attempts. An attempt that is alone in its round
 * is made by the thread that has just stored what asks for it, as long as the other one waits for whatever arrives meanwhile; with
 * the answer it drives the loop again. So with few clients nobody has to be woken between one write and the next, which on many
 * machines costs as much as half the write. All other attempts go to the executor.
 */
final class LoopCrew {

    private static final Logger LOG = LoggerFactory.getLogger(LoopCrew.class);
    private static final Duration LONGEST_WAIT = Duration.ofMillis(500);

    private final ExecutorService executor;
    private final List<Member> members;
    private final CountDownLatch over = new CountDownLatch(1);
    private volatile boolean stopping;
    private volatile @Nullable Thread makesAttempt;

    /** Whoever holds it drives the loop; nobody else ever waits for it but the other member. */
    private final ReentrantLock lead = new ReentrantLock();

    // ---- of whoever has the lead
    private @Nullable Member ender;
    private @Nullable Runnable attempt;
    private boolean several;

    /** What is to be done when the loop does not go on. */
    interface Ending {
        /** @param why null when the crew was told to stop */
        void ended(@Nullable Throwable why);
    }

    LoopCrew(ExecutorService executor) {
        this.executor = executor;
        this.members = List.of(new Member(), new Member());
    }

    void start(ThreadFactory factory, SagaLoop loop, Ending ending) {
        List<Thread> threads = new ArrayList<>();
        for (Member member : members) {
            Thread thread = factory.newThread(() -> member.work(loop, ending));
            member.thread = thread;
            threads.add(thread);
        }
        threads.forEach(Thread::start); // once each member knows its own: who stops them looks there
    }

    /** Ends the driving, and waits for that at most this long; an attempt that does not end is left alone. */
    void stop(Duration longest) {
        stopping = true;
        members.forEach(Member::interrupt);
        if (drives()) {
            return; // it cannot wait for itself
        }
        try {
            boolean unused = over.await(longest.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Interrupts all attempts. */
    void shutDown() {
        executor.shutdownNow();
        members.forEach(member -> {
            if (member.thread == makesAttempt) {
                member.interrupt();
            }
        });
    }

    /** Whether the calling thread drives the loop, or will as soon as it returns: nobody need be woken for what it brings. */
    boolean drives() {
        return lead.isHeldByCurrentThread() || Thread.currentThread() == makesAttempt;
    }

    /** @throws java.util.concurrent.RejectedExecutionException after {@link #shutDown} */
    void execute(Runnable work) {
        if (!lead.isHeldByCurrentThread() || several) {
            executor.execute(work);
        } else if (attempt == null) {
            attempt = work;
        } else {
            Runnable first = attempt;
            several = true;
            attempt = null;
            executor.execute(first);
            executor.execute(work);
        }
    }

    private final class Member {

        private volatile @Nullable Thread thread;
        /** Null while it does not wait for what arrives. */
        private volatile @Nullable Instant waitsUntil;

        void interrupt() {
            Thread running = thread;
            if (running != null && running != Thread.currentThread()) {
                running.interrupt();
            }
        }

        void work(SagaLoop loop, Ending ending) {
            Throwable why = null;
            try {
                drive(loop);
            } catch (InterruptedException e) {
                why = stopping ? null : e;
            } catch (Throwable e) {
                // the root of the thread: what ended it is told, not thrown
                why = e;
            }
            if (isEnder()) {
                ending.ended(why);
                over.countDown();
            }
        }

        private void drive(SagaLoop loop) throws InterruptedException {
            boolean goesOn;
            do {
                goesOn = round(loop);
            } while (goesOn);
        }

        private boolean isEnder() {
            lead.lock();
            try {
                ender = ender == null ? this : ender;
                return ender == this;
            } finally {
                lead.unlock();
            }
        }

        private boolean round(SagaLoop loop) throws InterruptedException {
            Runnable own;
            LoopPause pause;
            // what came after an attempt; before stopping is looked at, so that the interrupt that goes with it is not
            // lost
            boolean unused = Thread.interrupted();
            lead.lock();
            try {
                if (stopping || ender != null) {
                    return false;
                }
                int work = loop.poll();
                pause = work == 0 ? loop.pause(LONGEST_WAIT) : LoopPause.NONE;
                own = attempt == null ? null : ownOrHandedOver(loop, attempt);
            } catch (Throwable e) {
                ender = this; // before the other one takes the lead: what it would find may be half done
                throw e;
            } finally {
                attempt = null;
                several = false;
                lead.unlock();
            }
            if (own != null) {
                make(own);
            } else {
                await(loop, pause);
            }
            return true;
        }

        private @Nullable Runnable ownOrHandedOver(SagaLoop loop, Runnable alone) {
            Instant watched = members.get(members.get(0) == this ? 1 : 0).waitsUntil;
            if (watched != null && loop.isQuietUntil(watched)) {
                return alone;
            }
            try {
                executor.execute(alone);
            } catch (RejectedExecutionException e) {
                LOG.debug("the engine stops; what was handed over is done again by the next owner");
            }
            return null;
        }

        private void make(Runnable own) {
            makesAttempt = thread;
            try {
                own.run();
            } catch (Throwable e) { // a checked one, too: other languages throw them where Java does not let them
                LOG.error("an attempt ended without an answer; its time-out will find that", e);
            } finally {
                makesAttempt = null;
                if (!stopping) {
                    boolean unused = Thread.interrupted(); // an attempt's own business
                }
            }
        }

        private void await(SagaLoop loop, LoopPause pause) throws InterruptedException {
            if (pause.until() == null) {
                return;
            }
            waitsUntil = pause.takes() ? pause.until() : null;
            try {
                loop.await(pause);
            } catch (InterruptedException e) {
                if (stopping) {
                    throw e;
                }
                LOG.debug("an attempt interrupted a thread that it had been made by; that is over");
            } finally {
                waitsUntil = null;
            }
        }
    }
}
