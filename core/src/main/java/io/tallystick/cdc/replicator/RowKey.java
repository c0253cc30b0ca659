package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The key of a row, compared by the bytes of its cells where they are undecoded, so that nothing has to be decoded to tell rows apart. */
final class RowKey {

    private final TargetTable table;
    private final TargetRow row;
    private final int hash;

    RowKey(TargetTable table, TargetRow row) {
        this.table = table;
        this.row = row;
        this.hash = hashOf(table, row);
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RowKey that && hash == that.hash && isSame(table, row, that.row);
    }

    /** Whether two rows of one table have the same key. */
    static boolean isSame(TargetTable table, TargetRow one, TargetRow other) {
        List<Integer> places = table.key();
        for (int i = 0; i < places.size(); i++) {
            if (!sameCell(one, other, places.get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean sameCell(TargetRow one, TargetRow other, int place) {
        int oneCell = one.sourceCell(place);
        int otherCell = other.sourceCell(place);
        if (oneCell < 0 || otherCell < 0) {
            return oneCell < 0 && otherCell < 0 && sameValue(one.value(place), other.value(place));
        }
        Row a = one.source();
        Row b = other.source();
        if (a.length(oneCell) < 0 || b.length(otherCell) < 0) {
            return a.length(oneCell) == b.length(otherCell);
        }
        return Arrays.equals(
                a.bytes(),
                a.offset(oneCell),
                a.offset(oneCell) + a.length(oneCell),
                b.bytes(),
                b.offset(otherCell),
                b.offset(otherCell) + b.length(otherCell));
    }

    private static boolean sameValue(@Nullable Object one, @Nullable Object other) {
        return one instanceof byte[] a && other instanceof byte[] b ? Arrays.equals(a, b) : Objects.equals(one, other);
    }

    /** Of the key of a row, the same for all rows that have it. */
    static int hashOf(TargetTable table, TargetRow row) {
        List<Integer> places = table.key();
        int hash = 1;
        for (int i = 0; i < places.size(); i++) {
            int place = places.get(i);
            int cell = row.sourceCell(place);
            hash = 31 * hash + (cell < 0 ? hashOf(row.value(place)) : hashOf(row.source(), cell));
        }
        return hash;
    }

    private static int hashOf(@Nullable Object value) {
        return value instanceof byte[] bytes ? Arrays.hashCode(bytes) : Objects.hashCode(value);
    }

    private static int hashOf(Row row, int cell) {
        int hash = row.length(cell);
        byte[] bytes = row.bytes();
        int end = row.offset(cell) + Math.max(0, row.length(cell));
        for (int i = row.offset(cell); i < end; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash * 0x9E3779B9;
    }
}
