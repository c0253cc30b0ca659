package io.tallystick.postgres.cdc;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.CorruptionException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Makes pieces of transactions out of pgoutput's messages (docs "Logical Replication Message Formats"). Holds at most one
 * piece. For one thread.
 */
final class LogDecoder {

    private static final int MOST_CHANGES = 4_096;
    private static final int MOST_BYTES = 1 << 20;

    /** The prefix of messages that tell where a transaction comes from. */
    private static final String ORIGIN = "tally.origin";

    private final Relations relations;
    private final LongFunction<String> history;
    private @Nullable Open open;
    private long readUpTo;

    /** @param history where the reading begins, for the system and the time line of all positions */
    LogDecoder(Relations relations, WalPosition history) {
        this.relations = relations;
        this.history = history.form();
        this.readUpTo = history.lsn();
    }

    /** Whether the last message was inside a transaction. */
    boolean isInTransaction() {
        return open != null;
    }

    /** The end of the last whole transaction. */
    long readUpTo() {
        return readUpTo;
    }

    /** Begins a transaction. */
    void begin(String xid, long commitLsn, Instant at) {
        if (open != null) {
            throw new CorruptionException(
                    "a transaction begins inside another; the log is not what this version can read");
        }
        long end = commitLsn + 1;
        open = new Open(xid, end, Position.of(history, end), at);
    }

    /**
     * Reads one message.
     *
     * @return a piece when one is complete with it
     */
    @Nullable
    TransactionPiece read(ByteBuffer in) {
        byte kind = in.get();
        switch (kind) {
            case 'B' -> {
                long commitLsn = in.getLong();
                Instant at = PgTime.instant(in.getLong());
                begin(Integer.toUnsignedString(in.getInt()), commitLsn, at);
            }
            case 'C' -> {
                return commit();
            }
            case 'R' -> relations.describe(in);
            case 'O' -> origin(in);
            case 'I', 'U', 'D', 'T' -> {
                return change(kind, in);
            }
            case 'M' -> message(in);
            case 'Y' -> {
                // types are asked of the catalog
                return null;
            }
            default ->
                throw new CorruptionException(
                        "a message of kind " + (char) kind + " that this version of the reader does not know");
        }
        return null;
    }

    /** Ends the transaction; null when it held nothing for us. */
    @Nullable
    TransactionPiece commit() {
        Open ended = inTransaction();
        open = null;
        readUpTo = ended.end;
        return ended.isEmpty() ? null : ended.piece(true);
    }

    private void origin(ByteBuffer in) {
        in.getLong();
        inTransaction().origin = Relations.string(in);
    }

    /** A replicator says first of all where a transaction comes from, or last of all when it is a small one; other messages belong to others. */
    private void message(ByteBuffer in) {
        boolean transactional = (in.get() & 1) != 0;
        in.getLong();
        String prefix = Relations.string(in);
        if (transactional && open != null && prefix.equals(ORIGIN)) {
            byte[] text = new byte[in.getInt()];
            in.get(text);
            open.origin = new String(text, StandardCharsets.UTF_8);
        }
    }

    private @Nullable TransactionPiece change(byte kind, ByteBuffer in) {
        Open transaction = inTransaction();
        if (kind == 'T') {
            truncate(in, transaction);
        } else {
            SourceTable table = relations.table(in.getInt());
            transaction.add(
                    switch (kind) {
                        case 'I' -> Change.insert(newRow(in, table));
                        case 'U' -> update(in, table);
                        default -> Change.delete(oldRow(in, table, in.get()));
                    });
        }
        return transaction.isFull() ? transaction.piece(false) : null;
    }

    private static Change update(ByteBuffer in, SourceTable table) {
        byte image = in.get(in.position());
        if (image == 'N') {
            return Change.update(null, newRow(in, table));
        }
        Row before = oldRow(in, table, in.get());
        Row after = newRow(in, table);
        // a whole old row has the values that the new one does not repeat
        return Change.update(before, image == 'O' ? after.onto(before) : after);
    }

    private static Row newRow(ByteBuffer in, SourceTable table) {
        byte image = in.get();
        if (image != 'N') {
            throw new CorruptionException("expected the new row of " + table.name() + ", found " + (char) image);
        }
        return Tuples.read(in, table);
    }

    /** @param image K when only the key's cells are there, O for the whole row */
    private static Row oldRow(ByteBuffer in, SourceTable table, byte image) {
        if (image != 'K' && image != 'O') {
            throw new CorruptionException("expected the old row of " + table.name() + ", found " + (char) image);
        }
        return Tuples.read(in, table);
    }

    private void truncate(ByteBuffer in, Open transaction) {
        int tables = in.getInt();
        in.get(); // CASCADE names its tables here too; RESTART IDENTITY concerns sequences
        for (int i = 0; i < tables; i++) {
            transaction.add(Change.truncate(relations.table(in.getInt())));
        }
    }

    private Open inTransaction() {
        if (open == null) {
            throw new CorruptionException("a change outside a transaction; the log is not what this version can read");
        }
        return open;
    }

    /** The transaction that is being read. */
    private static final class Open {

        private final String xid;
        private final long end;
        private final Position position;
        private final Instant at;
        private @Nullable String origin;
        /** Most transactions have no more than one change. */
        private @Nullable Change first;
        /** All changes, as soon as there are two. */
        private @Nullable List<Change> changes;

        private int weight;
        private boolean begun;

        private Open(String xid, long end, Position position, Instant at) {
            this.xid = xid;
            this.end = end;
            this.position = position;
            this.at = at;
        }

        private void add(Change change) {
            weight += change.weight();
            List<Change> all = changes;
            if (all == null && first == null) {
                first = change;
                return;
            }
            if (all == null) {
                all = new ArrayList<>();
                all.add(first);
                changes = all;
            }
            all.add(change);
        }

        private boolean isEmpty() {
            return first == null && !begun;
        }

        private boolean isFull() {
            return weight >= MOST_BYTES || changes != null && changes.size() >= MOST_CHANGES;
        }

        private TransactionPiece piece(boolean last) {
            List<Change> full = changes != null
                    ? Collections.unmodifiableList(changes)
                    : first == null ? List.of() : List.of(first);
            if (!last) {
                first = null;
                changes = null;
                weight = 0;
                begun = true;
            }
            return new TransactionPiece(xid, position, at, origin, full, last);
        }
    }
}
