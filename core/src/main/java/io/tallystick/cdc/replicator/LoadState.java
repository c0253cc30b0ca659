package io.tallystick.cdc.replicator;

import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.TableName;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
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

    /** What this chunk brings was brought before: by a commit whose answer was lost, or because another target has come less far. */
    boolean has(LoadedChunk chunk) {
        if (chunk.upTo() == null || doneTo == null) {
            return false;
        }
        KeyOrder order = chunk.order();
        return chunk.upTo().equals(doneTo) || order != null && order.isUpTo(chunk.upTo(), doneTo);
    }

    /** Whether the chunk begins in what is there already, or right behind it. */
    boolean leadsTo(LoadedChunk chunk) {
        List<String> after = chunk.after();
        KeyOrder order = chunk.order();
        return after == null
                || after.equals(next())
                || after.equals(from)
                || order != null && order.isUpTo(from, after) && order.isUpTo(after, next());
    }

    /** Whether this chunk is the last: it may be the last of a part that another target wants, and not of this one. */
    boolean endsWith(LoadedChunk chunk) {
        return chunk.upTo() == null && (chunk.to() == null || chunk.to().equals(to));
    }

    /**
     * Whether the chunk can be counted. Not one that ends where another target wants no more, and not one that was read for somebody
     * who does not want to know what the source has no more.
     */
    boolean countsWith(LoadedChunk chunk) {
        return (chunk.upTo() != null || endsWith(chunk)) && (!sweeps || chunk.seen() != null);
    }

    LoadState after(SnapshotReader.Chunk chunk) {
        return new LoadState(
                table, from, to, chunk.upTo(), doneRows + chunk.rows().size(), sweeps);
    }

    /**
     * What two targets want: together if they go on at the same key to the same end, or if it can be told which of them has come less far,
     * else from the beginning.
     *
     * @param asked how the keys sort, where that can be told
     */
    static LoadState forBoth(LoadState one, LoadState other, Supplier<Optional<KeyOrder>> asked) {
        if (Objects.equals(one.next(), other.next()) && Objects.equals(one.to, other.to)) {
            return one.sweeping(one.sweeps || other.sweeps);
        }
        if (!Objects.equals(one.from, other.from) || !Objects.equals(one.to, other.to)) {
            return anew(one, other);
        }
        return asked.get()
                .map(order -> order.isUpTo(one.next(), other.next()) ? one : other)
                .map(behind -> behind.sweeping(one.sweeps || other.sweeps))
                .orElseGet(() -> anew(one, other));
    }

    private LoadState sweeping(boolean sweeping) {
        return new LoadState(table, from, to, doneTo, doneRows, sweeping);
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
        long before = Objects.equals(chunk.after(), from) ? 0 : doneRows;
        return new LoadState(
                table, from, to, chunk.upTo(), before + chunk.rows().size(), sweeps);
    }
}
