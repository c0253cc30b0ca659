package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SnapshotReader.Chunk;
import io.tallystick.cdc.SnapshotReader.Watermark;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which rows of a table the log has changed while the table is copied, so that a chunk that did not see such a change
 * does not put the older row over the newer one. What a chunk has seen every later chunk has seen too, and is forgotten. For one
 * table and one thread.
 */
final class Overtaken {

    private static final int MOST_KEYS = 500_000;

    private final TableName table;
    private final List<Touched> log = new ArrayList<>();
    private final Remembering since;
    private long remembered;

    Overtaken(TableName table, Remembering since) {
        this.table = table;
        this.since = since;
    }

    /** From when on it remembers. */
    Remembering since() {
        return since;
    }

    /** To be called for every piece that is handed out. */
    void note(TransactionPiece piece) {
        Set<List<Object>> keys = new HashSet<>();
        Set<List<Object>> partial = new HashSet<>();
        boolean emptied = false;
        for (Change change : piece.changes()) {
            if (change.table().name().equals(table)) {
                emptied |= change.operation() == Change.Operation.TRUNCATE;
                Row after = change.after();
                Set<List<Object>> to = after != null && after.isPartial() ? partial : keys;
                addKey(to, change.before(), change.table());
                addKey(to, after, change.table());
            }
        }
        if (emptied || !keys.isEmpty() || !partial.isEmpty()) {
            TransactionPiece name = new TransactionPiece(
                    piece.transaction(), piece.position(), piece.at(), piece.origin(), List.of(), piece.last());
            remembered += keys.size() + partial.size();
            // too many rows to be remembered one by one: as if the whole table had been touched
            boolean all = emptied || remembered > MOST_KEYS;
            log.add(all ? new Touched(name, Set.of(), Set.of(), true) : new Touched(name, keys, partial, false));
        }
    }

    /** What was seen by a chunk, of whatever table, is seen by all that are read after it. */
    void forget(Watermark watermark) {
        log.removeIf(each -> watermark.saw(each.piece));
        remembered = log.stream().mapToLong(Touched::size).sum();
    }

    private static void addKey(Set<List<Object>> keys, @Nullable Row row, SourceTable table) {
        if (row != null) {
            keys.add(key(row, table));
        }
    }

    private static List<Object> key(Row row, SourceTable table) {
        List<Object> key = new ArrayList<>();
        for (int cell : table.keyColumns()) {
            Object value = row.value(cell);
            key.add(value instanceof byte[] bytes ? Arrays.toString(bytes) : Objects.requireNonNullElse(value, ""));
        }
        return key;
    }

    /**
     * The chunk's rows that no unseen transaction has touched; empty when the chunk has to be read again, because such a transaction
     * did not repeat one of its rows whole, has emptied the table, or has touched too many rows.
     */
    Optional<List<Row>> untouched(Chunk chunk) {
        forget(chunk.watermark());
        if (log.isEmpty()) {
            return Optional.of(chunk.rows());
        }
        Set<List<Object>> newer = new HashSet<>();
        Set<List<Object>> incomplete = new HashSet<>();
        for (Touched each : log) {
            newer.addAll(each.keys);
            incomplete.addAll(each.partial);
            if (each.all) {
                return Optional.empty();
            }
        }
        List<Row> kept = new ArrayList<>();
        for (Row row : chunk.rows()) {
            List<Object> key = key(row, row.table());
            if (incomplete.contains(key)) {
                return Optional.empty();
            }
            if (!newer.contains(key)) {
                kept.add(row);
            }
        }
        return Optional.of(kept);
    }

    /** The keys of all rows that transactions have touched which the last chunk had not seen. */
    Set<List<Object>> touched() {
        Set<List<Object>> keys = new HashSet<>();
        for (Touched each : log) {
            keys.addAll(each.keys);
            keys.addAll(each.partial);
        }
        return keys;
    }

    /**
     * Rows that a part of a transaction has touched.
     *
     * @param keys of rows that the log has given whole
     * @param partial of rows of which the log has left cells out
     * @param all whether any row may have been touched
     */
    private record Touched(TransactionPiece piece, Set<List<Object>> keys, Set<List<Object>> partial, boolean all) {

        int size() {
            return keys.size() + partial.size();
        }
    }
}
