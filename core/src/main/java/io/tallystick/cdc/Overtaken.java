package io.tallystick.cdc;

import io.tallystick.cdc.SnapshotReader.Chunk;
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

    private final TableName table;
    private List<Touched> log = new ArrayList<>();

    Overtaken(TableName table) {
        this.table = table;
    }

    /** To be called for every piece that is handed out. */
    void note(TransactionPiece piece) {
        Set<List<Object>> keys = new HashSet<>();
        boolean partial = false;
        for (Change change : piece.changes()) {
            if (change.table().name().equals(table)) {
                addKey(keys, change.before(), change.table());
                addKey(keys, change.after(), change.table());
                partial |= change.after() != null && change.after().isPartial();
            }
        }
        if (!keys.isEmpty()) {
            TransactionPiece emptied = new TransactionPiece(
                    piece.transaction(), piece.position(), piece.at(), piece.origin(), List.of(), piece.last());
            log.add(new Touched(emptied, keys, partial));
        }
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
     * did not repeat the whole row.
     */
    Optional<List<Row>> untouched(Chunk chunk) {
        List<Touched> unseen = new ArrayList<>();
        Set<List<Object>> newer = new HashSet<>();
        boolean again = false;
        for (Touched each : log) {
            if (!chunk.watermark().saw(each.piece)) {
                unseen.add(each);
                newer.addAll(each.keys);
                again |= each.partial;
            }
        }
        log = unseen;
        if (again) {
            return Optional.empty();
        }
        return Optional.of(chunk.rows().stream()
                .filter(row -> newer.isEmpty() || !newer.contains(key(row, row.table())))
                .toList());
    }

    private record Touched(TransactionPiece piece, Set<List<Object>> keys, boolean partial) {}
}
