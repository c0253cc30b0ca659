package io.tallystick.debezium;

import io.debezium.data.Envelope;
import io.debezium.pipeline.txmetadata.TransactionContext;
import io.tallystick.cdc.Change;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.CorruptionException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes whole transactions of Debezium's records: BEGIN, changes, END, and between two of them heartbeats. A transaction is handed out
 * after its END alone, for only that tells where it stands. For one thread.
 */
final class TransactionAssembler implements AutoCloseable {

    private static final int PIECE_CHANGES = 4_096;
    private static final long PIECE_BYTES = 1L << 20;
    private static final String TRANSACTION_TOPIC = ".transaction";
    private static final String HEARTBEAT_TOPIC = "__debezium-heartbeat";

    private final String history;
    private final ConnectTables tables;
    private final long inMemoryBytes;
    private @Nullable HeldTransaction open;
    private @Nullable Ended ended;
    private @Nullable TransactionPiece progress;
    private @Nullable Row renamed;
    private long told;

    /** A transaction that is being handed out. */
    private record Ended(HeldTransaction held, Offset offset, Instant at) {}

    TransactionAssembler(String history, ConnectTables tables, long inMemoryBytes) {
        this.history = history;
        this.tables = tables;
        this.inMemoryBytes = inMemoryBytes;
    }

    /** Whether a transaction is complete, so that pieces are to be taken before the next record is given. */
    boolean hasPieces() {
        return ended != null;
    }

    /** To be called only while there are no pieces. */
    void take(SourceRecord record) {
        if (record.topic().startsWith(HEARTBEAT_TOPIC)) {
            heartbeat(record);
        } else if (record.topic().endsWith(TRANSACTION_TOPIC)
                && record.valueSchema().field("status") != null) {
            boundary(record);
        } else if (record.valueSchema() != null && Envelope.isEnvelopeSchema(record.valueSchema())) {
            change(record);
        }
    }

    /** A heartbeat inside a transaction tells a place inside it, of which nobody may know. */
    private void heartbeat(SourceRecord record) {
        if (open == null && !record.sourceOffset().containsKey(TransactionContext.OFFSET_TRANSACTION_ID)) {
            long millis = ((Struct) record.value()).getInt64("ts_ms");
            progress = TransactionPiece.progress(offset(record).toPosition(), Instant.ofEpochMilli(millis));
        }
    }

    private void boundary(SourceRecord record) {
        Struct value = (Struct) record.value();
        // connectors spell "id" anew at the end; this one stays
        String id = String.valueOf(record.sourceOffset().get(TransactionContext.OFFSET_TRANSACTION_ID));
        if (value.getString("status").equals("BEGIN")) {
            abandon();
            open = new HeldTransaction(id, inMemoryBytes);
            told = 0;
            return;
        }
        HeldTransaction held = open;
        if (held == null || !held.id().equals(id)) {
            // Debezium ends at the start what was open when its offset was written: nothing of it was read here
            abandon();
            return;
        }
        Long count = value.getInt64("event_count");
        if (renamed != null || count != null && count != told) {
            throw new CorruptionException("Debezium ended transaction " + id + " with " + count + " changes, of which "
                    + told + " came; it is not applied, and read again");
        }
        Offset offset = offset(record);
        Instant at = Instant.ofEpochMilli(value.getInt64("ts_ms"));
        open = null;
        progress = null;
        if (held.size() == 0) {
            progress = TransactionPiece.progress(offset.toPosition(), at);
        } else {
            ended = new Ended(held, offset, at);
        }
    }

    private void change(SourceRecord record) {
        Struct value = (Struct) record.value();
        HeldTransaction held = open;
        String operation = value.getString(Envelope.FieldName.OPERATION);
        if (held == null) {
            throw new CorruptionException("Debezium gave a change (" + operation + " in " + record.topic()
                    + ") outside of any transaction: provide.transaction.metadata must be true, and the connector must know"
                    + " transactions");
        }
        told++;
        ConnectTable table = table(record, value);
        switch (operation) {
            case "c", "r" -> held.add(created(table, record, row(table, value, Envelope.FieldName.AFTER)));
            case "u" ->
                held.add(Change.update(
                        rowOrNull(table, value, Envelope.FieldName.BEFORE),
                        row(table, value, Envelope.FieldName.AFTER)));
            case "d" -> deleted(held, record, row(table, value, Envelope.FieldName.BEFORE));
            case "t" -> held.add(Change.truncate(table.table()));
            default ->
                throw new CorruptionException("Debezium gave an operation '" + operation + "' on " + record.topic()
                        + ", which this version does not know");
        }
    }

    /** A change of the key comes as a deletion and a creation that name each other. */
    private void deleted(HeldTransaction held, SourceRecord record, Row before) {
        if (record.headers().lastWithName("__debezium.newkey") != null) {
            renamed = before;
        } else {
            held.add(Change.delete(before));
        }
    }

    private Change created(ConnectTable table, SourceRecord record, Row after) {
        Row before = renamed;
        renamed = null;
        if (before != null && record.headers().lastWithName("__debezium.oldkey") == null) {
            throw new CorruptionException("Debezium gave " + table.table().name()
                    + " a row whose key was changed, but not what became of it; it is read again");
        }
        return before == null ? Change.insert(after) : Change.update(before, after);
    }

    private ConnectTable table(SourceRecord record, Struct value) {
        Struct source = value.getStruct(Envelope.FieldName.SOURCE);
        boolean hasSchema = source.schema().field("schema") != null;
        TableName name = new TableName(source.getString(hasSchema ? "schema" : "db"), source.getString("table"));
        Schema row = value.schema().field(Envelope.FieldName.AFTER).schema();
        return tables.of(name, row, record.keySchema());
    }

    private static Row row(ConnectTable table, Struct value, String image) {
        Row row = rowOrNull(table, value, image);
        if (row == null) {
            throw new CorruptionException(
                    "Debezium gave a change of " + table.table().name() + " without '" + image
                            + "'; the table needs a key, and Oracle's supplemental logging of all columns");
        }
        return row;
    }

    private static @Nullable Row rowOrNull(ConnectTable table, Struct value, String image) {
        Struct struct = value.getStruct(image);
        return struct == null ? null : table.row(struct);
    }

    private Offset offset(SourceRecord record) {
        return new Offset(history, parts(record));
    }

    /** What the record says about where it stands. */
    static Map<String, Object> parts(SourceRecord record) {
        Map<String, Object> parts = new HashMap<>(record.sourceOffset());
        parts.values().removeIf(Objects::isNull);
        return parts;
    }

    /** The next piece of what has ended; null when there is none. */
    @Nullable
    TransactionPiece next() {
        Ended current = ended;
        if (current == null) {
            TransactionPiece last = progress;
            progress = null;
            return last;
        }
        List<Change> changes = new ArrayList<>();
        long weight = 0;
        while (current.held.hasNext() && changes.size() < PIECE_CHANGES && weight < PIECE_BYTES) {
            Change change = current.held.next();
            changes.add(change);
            weight += change.weight();
        }
        boolean last = !current.held.hasNext();
        if (last) {
            current.held.close();
            ended = null;
        }
        return new TransactionPiece(
                current.held.id(), current.offset.toPosition(), current.at, null, List.copyOf(changes), last);
    }

    private void abandon() {
        if (open != null) {
            open.close();
        }
        open = null;
        renamed = null;
    }

    @Override
    public void close() {
        abandon();
        if (ended != null) {
            ended.held.close();
        }
    }
}
