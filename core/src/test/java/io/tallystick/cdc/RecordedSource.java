package io.tallystick.cdc;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A source that plays back transactions from memory, in pieces, and whose connection can be cut anywhere. */
final class RecordedSource implements ChangeSource {

    private final List<List<Change>> transactions = new ArrayList<>();
    private final int pieceChanges;
    private final AtomicLong acknowledged = new AtomicLong();
    private int forgottenUpTo;
    private volatile long cutAfterPolls = Long.MAX_VALUE;

    RecordedSource(int pieceChanges) {
        this.pieceChanges = pieceChanges;
    }

    synchronized void commit(List<Change> changes) {
        transactions.add(List.copyOf(changes));
    }

    synchronized int size() {
        return transactions.size();
    }

    /** Ends the open stream, and each one after it, after so many pieces. */
    void cutAfter(long polls) {
        cutAfterPolls = polls;
    }

    synchronized void forget(int upTo) {
        forgottenUpTo = upTo;
    }

    long acknowledged() {
        return acknowledged.get();
    }

    @Override
    public String name() {
        return "recorded";
    }

    @Override
    public List<Finding> examine(Set<TableName> tables) {
        return List.of();
    }

    @Override
    public List<SourceTable> describe(Set<TableName> tables) {
        return List.of();
    }

    @Override
    public Position establish(Set<TableName> tables) {
        return new Position("0");
    }

    @Override
    public ChangeStream open(Set<TableName> tables, Position after) {
        if (number(after) < forgottenUpTo) {
            throw new GapException("transactions up to " + forgottenUpTo + " are forgotten, wanted after " + after);
        }
        return new Playback(number(after));
    }

    @Override
    public boolean covers(Position position, Position other) {
        return number(position) >= number(other);
    }

    private static int number(Position position) {
        return Integer.parseInt(position.text());
    }

    @Override
    public SnapshotReader snapshot() {
        throw new IllegalStateException("a recording has no tables to read");
    }

    @Override
    public void release() {
        transactions.clear();
    }

    @Override
    public void close() {
        release();
    }

    private synchronized @Nullable List<Change> transaction(int index) {
        return index < transactions.size() ? transactions.get(index) : null;
    }

    private final class Playback implements ChangeStream {

        private int transaction;
        private int change;
        private long polls;

        Playback(int first) {
            transaction = first;
        }

        @Override
        public @Nullable TransactionPiece poll(Duration longest) {
            if (polls++ >= cutAfterPolls) {
                throw new UnavailableException("the connection was cut", null);
            }
            List<Change> changes = transaction(transaction);
            if (changes == null) {
                LockSupport.parkNanos(longest.toNanos() / 100);
                return null;
            }
            int until = Math.min(changes.size(), change + pieceChanges);
            List<Change> part = changes.subList(change, until);
            boolean last = until == changes.size();
            TransactionPiece piece = new TransactionPiece(
                    "t" + transaction, new Position("" + (transaction + 1)), Instant.EPOCH, null, part, last);
            change = last ? 0 : until;
            transaction += last ? 1 : 0;
            return piece;
        }

        @Override
        public void acknowledge(Position durable) {
            acknowledged.set(number(durable));
        }

        @Override
        public long lagBytes() {
            return size() - transaction;
        }

        @Override
        public void close() {
            polls = cutAfterPolls;
        }
    }
}
