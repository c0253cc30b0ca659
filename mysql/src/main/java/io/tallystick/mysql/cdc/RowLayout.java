package io.tallystick.mysql.cdc;

import io.tallystick.cdc.SourceTable;
import java.util.Arrays;

/** How to cut the rows of a table into cells, as a TABLE_MAP event described it. Immutable by agreement. */
final class RowLayout {

    private final SourceTable table;
    private final byte[] described;
    private final int[] lengthBytes;
    private final int[] fixedSizes;
    private final History history;

    private RowLayout(SourceTable table, byte[] described, int[] lengthBytes, int[] fixedSizes, History history) {
        this.table = table;
        this.history = history;
        this.described = described;
        this.lengthBytes = lengthBytes;
        this.fixedSizes = fixedSizes;
    }

    /** @param described the body of the event behind the table's number */
    static RowLayout of(SourceTable table, TableMap map, byte[] described, History history) {
        int count = map.types().length;
        int[] lengths = new int[count];
        int[] sizes = new int[count];
        for (int i = 0; i < count; i++) {
            lengths[i] = WireType.lengthBytes(map.types()[i], map.metas()[i]);
            sizes[i] = lengths[i] > 0 ? 0 : WireType.fixedSize(map.types()[i], map.metas()[i]);
        }
        return new RowLayout(table, described, lengths, sizes, history);
    }

    SourceTable table() {
        return table;
    }

    History history() {
        return history;
    }

    /** Whether this event describes exactly the same. */
    boolean isDescribedBy(LogBytes event) {
        return Arrays.equals(event.bytes(), event.position(), event.end(), described, 0, described.length);
    }

    int size() {
        return lengthBytes.length;
    }

    /** Bytes of the length before a cell; 0 when the cells have {@link #fixedSize}. */
    int lengthBytes(int column) {
        return lengthBytes[column];
    }

    int fixedSize(int column) {
        return fixedSizes[column];
    }
}
