package io.tallystick.cdc;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How far the copying of a table has come at one target.
 *
 * @param from the key after which it began; null for the beginning of the table
 * @param to the last key wanted, included; null for the end of the table
 * @param doneTo the last key that is there; null when nothing is there yet
 * @param sweeps whether rows that the source has no more are deleted on the way
 */
record LoadState(
        TableName table,
        @Nullable List<String> from,
        @Nullable List<String> to,
        @Nullable List<String> doneTo,
        long doneRows,
        boolean sweeps) {

    /** The key after which the next chunk begins; null for the beginning of the table. */
    @Nullable
    List<String> next() {
        return doneTo == null ? from : doneTo;
    }

    /** False for a chunk from further on when nothing is there yet: it would hide that the beginning is still to come. */
    boolean goesOnWith(LoadedChunk chunk) {
        return chunk.after() == null || next() != null;
    }

    LoadState after(SnapshotReader.Chunk chunk) {
        return new LoadState(
                table, from, to, chunk.upTo(), doneRows + chunk.rows().size(), sweeps);
    }

    /** What two targets want that have come differently far, or want different parts: from the beginning of what is common. */
    static LoadState anew(LoadState one, LoadState other) {
        return new LoadState(
                one.table,
                Objects.equals(one.from, other.from) ? one.from : null,
                Objects.equals(one.to, other.to) ? one.to : null,
                null,
                0,
                one.sweeps || other.sweeps);
    }

    LoadState after(LoadedChunk chunk) {
        return new LoadState(
                table, from, to, chunk.upTo(), doneRows + chunk.rows().size(), sweeps);
    }
}
