package io.tallystick.xa;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** A resource without a database: answers as it is told, and well when it is told nothing. */
final class ScriptedBranchDriver implements BranchDriver {
    final String name;
    final List<Ack> acks = new CopyOnWriteArrayList<>();
    final List<PreparedBranch> prepared = new CopyOnWriteArrayList<>();
    volatile Vote vote = new Vote.Prepared("");
    volatile boolean away;
    volatile String incarnation = "";
    volatile int capacity = -1;
    volatile Runnable beforeItVotes = () -> {};
    volatile Runnable beforeItAnswers = () -> {};
    volatile Runnable beforeItScans = () -> {};
    volatile Runnable beforeItOpens = () -> {};
    volatile Runnable beforeItIsReleased = () -> {};
    volatile Runnable beforeItCommitsAlone = () -> {};
    volatile Runnable beforeItSaysWhichDatabaseItIs = () -> {};
    final AtomicInteger cut = new AtomicInteger();
    final AtomicInteger released = new AtomicInteger();

    ScriptedBranchDriver(String name) {
        this.name = name;
    }

    @Override
    public String resource() {
        return name;
    }

    @Override
    public Traits traits() {
        return new Traits(true, false, false);
    }

    @Override
    public String incarnation() {
        beforeItSaysWhichDatabaseItIs.run();
        return incarnation;
    }

    @Override
    public Branch open(Opening opening) {
        beforeItOpens.run();
        return new Opened(opening.xid());
    }

    @Override
    public List<PreparedBranch> prepared() {
        beforeItScans.run();
        if (away) {
            throw new UnavailableException(name + " is away");
        }
        return List.copyOf(prepared);
    }

    Ack ack() {
        beforeItAnswers.run();
        return acks.isEmpty() ? new Ack.Done() : acks.remove(0);
    }

    @Override
    public Ack commit(BranchXid xid, String hint, Duration budget) {
        return ack();
    }

    @Override
    public Ack rollback(BranchXid xid, String hint, Duration budget) {
        return ack();
    }

    @Override
    public int capacity() {
        return capacity;
    }

    @Override
    public List<Finding> examine() {
        return List.of();
    }

    @Override
    public void close() {}

    private final class Opened implements Branch {
        private final @Nullable BranchXid xid;

        Opened(@Nullable BranchXid xid) {
            this.xid = xid;
        }

        @Override
        public String resource() {
            return name;
        }

        @Override
        public boolean canDecide() {
            return false;
        }

        @Override
        public @Nullable BranchXid startedAs() {
            return xid;
        }

        @Override
        public Vote prepare(BranchXid named, Duration budget) {
            beforeItVotes.run();
            return vote;
        }

        @Override
        public LastWord commitAlone(@Nullable DecisionRecord riding, Duration budget) {
            beforeItCommitsAlone.run();
            return new LastWord.Committed();
        }

        @Override
        public Ack commit(Duration budget) {
            return ack();
        }

        @Override
        public Ack rollback(Duration budget) {
            return ack();
        }

        @Override
        public void cut() {
            cut.incrementAndGet();
        }

        @Override
        public void release() {
            beforeItIsReleased.run();
            released.incrementAndGet();
        }
    }
}
