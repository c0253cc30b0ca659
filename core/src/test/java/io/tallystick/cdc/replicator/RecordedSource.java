package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.LogOpening;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A source that plays back transactions from memory, in pieces, and whose connection can be cut anywhere. */
final class RecordedSource implements ChangeSource {

    private final List<List<Change>> transactions = new ArrayList<>();
    private final int pieceChanges;
    private final AtomicLong acknowledged = new AtomicLong();
    private int forgottenUpTo;
    private boolean forgetting;
    private int established;
    private int seen;
    private int late;
    private @Nullable List<String> copiedAfter;
    private boolean copiedFromTheBeginning;
    private @Nullable SourceTable copied;
    private SplittableRandom chance = new SplittableRandom(1);
    private volatile long cutAfterPolls = Long.MAX_VALUE;
    /** How many openings hold connections, and how often one was told to rest. */
    private final AtomicInteger held = new AtomicInteger();

    private final AtomicInteger rested = new AtomicInteger();

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

    /** What is acknowledged cannot be read again, as with a slot. */
    synchronized void forgetWhatIsAcknowledged() {
        forgetting = true;
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
        return copied == null ? List.of() : List.of(copied);
    }

    @Override
    public Position establish(Set<TableName> tables) {
        return new Position("" + established);
    }

    @Override
    public LogOpening opening(Set<TableName> tables) {
        LogOpening plain = LogOpening.of(this, tables);
        AtomicBoolean holds = new AtomicBoolean(true);
        held.incrementAndGet();
        return new LogOpening() {
            @Override
            public Position establish() {
                return plain.establish();
            }

            @Override
            public ChangeStream after(Position position) {
                return plain.after(position);
            }

            @Override
            public void rest() {
                rested.incrementAndGet();
                close();
            }

            @Override
            public void close() {
                if (holds.getAndSet(false)) {
                    held.decrementAndGet();
                }
            }
        };
    }

    int held() {
        return held.get();
    }

    int rested() {
        return rested.get();
    }

    @Override
    public ChangeStream open(Set<TableName> tables, Position after) {
        long gone = forgetting ? Math.max(forgottenUpTo, acknowledged()) : forgottenUpTo;
        if (number(after) < gone) {
            throw new GapException("transactions up to " + gone + " are forgotten, wanted after " + after);
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

    /** Lets the table be copied, starting with the pipeline at a position in the middle of the recording. */
    void copyable(SourceTable table, long seed) {
        copied = table;
        chance = new SplittableRandom(seed);
        established = transactions.size() / 3;
    }

    /** From now on a snapshot sees at least what is committed now. */
    synchronized void shows() {
        seen = transactions.size();
    }

    @Override
    public SnapshotReader snapshot() {
        return new Copy();
    }

    /** Whether chunks were read, and all of them behind this key. */
    synchronized boolean copiedBehind(List<String> key) {
        return key.equals(copiedAfter) && !copiedFromTheBeginning;
    }

    private synchronized void reads(@Nullable List<String> after) {
        copiedFromTheBeginning |= after == null;
        copiedAfter = copiedAfter == null ? after : copiedAfter;
    }

    /** Lets so many of the next chunks miss the last transaction, although it was delivered. */
    synchronized void showLate(int reads) {
        late = reads;
    }

    /** What the table held after so many transactions, by its key. */
    private synchronized TreeMap<Long, Row> contents(int after) {
        TreeMap<Long, Row> rows = new TreeMap<>();
        for (List<Change> transaction : transactions.subList(0, after)) {
            for (Change change : transaction) {
                Row old = change.named() == null ? null : rows.remove(key(change.named()));
                Row row = change.after();
                if (row != null) {
                    rows.put(key(row), old == null ? row : row.onto(old));
                }
            }
        }
        return rows;
    }

    /** A moment between what was seen last and now: a later chunk never sees less. */
    private synchronized int seenBy(int high) {
        if (late > 0) {
            late--;
            return high - 1;
        }
        seen = Math.max(Math.max(seen, established), high - chance.nextInt(40));
        return seen;
    }

    private static Long key(Row row) {
        return (Long) Objects.requireNonNull(row.value(0));
    }

    /** Sees any moment between what was delivered last and now, as a database does whose commits show a little late. */
    private final class Copy implements SnapshotReader {

        @Override
        public Chunk read(SourceTable table, @Nullable List<String> after, @Nullable List<String> last, int rows) {
            reads(after);
            int high = size();
            int moment = seenBy(high);
            long from = after == null ? Long.MIN_VALUE : Long.parseLong(after.get(0));
            List<Row> chunk = contents(moment).tailMap(from, after == null).values().stream()
                    .limit(17)
                    .toList();
            return new Chunk(chunk, chunk.size() < 17 ? null : List.of("" + key(chunk.get(16))), new Watermark() {
                @Override
                public boolean saw(TransactionPiece piece) {
                    return number(piece.position()) <= moment;
                }

                @Override
                public boolean passed(Outset outset) {
                    return moment >= ((Read) outset).transactions();
                }

                @Override
                public Position high() {
                    return new Position("" + high);
                }
            });
        }

        @Override
        public Outset outset(Position read) {
            return new Read(number(read));
        }

        @Override
        public long estimatedRows(TableName table) {
            return contents(size()).size();
        }

        @Override
        public void close() {
            // holds nothing
            return;
        }
    }

    private record Read(int transactions) implements SnapshotReader.Outset {}

    @Override
    public ColumnTypes types() {
        return new Texts.OnDisk();
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
