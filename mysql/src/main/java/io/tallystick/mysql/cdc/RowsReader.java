package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Row;
import io.tallystick.jdbc.CorruptionException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cuts rows events into changes. Every row gets bytes of its own, so that it holds no more memory than it needs. Columns that a row
 * image leaves out (binlog_row_image other than FULL) come as unchanged; those that only the image after an UPDATE leaves out are
 * taken from the image before it. For one thread.
 */
final class RowsReader {

    private static final int NULL = -1;
    private static final int LEFT_OUT = -2;

    private int[] cells = new int[64];
    private int[] cellsBefore = new int[64];

    /** @param in behind the post-header: number of columns, bitmaps, rows */
    void read(Change.Operation operation, LogBytes in, RowLayout layout, Changes changes) throws InterruptedException {
        int columns = in.packedInt();
        if (columns != layout.size()) {
            throw new CorruptionException("a row of " + layout.table().name() + " has " + columns
                    + " columns, its table map " + layout.size());
        }
        grow(2 * columns);
        Image image = Image.read(in, columns);
        Image after = operation == Change.Operation.UPDATE ? Image.read(in, columns) : image;
        while (in.remaining() > 0) {
            Change change = operation == Change.Operation.UPDATE
                    ? update(in, layout, image, after)
                    : single(operation, in, layout, image);
            if (change != null) {
                changes.accept(change);
            }
        }
    }

    /** Null for a row of the table's history. */
    private @Nullable Change single(Change.Operation operation, LogBytes in, RowLayout layout, Image image) {
        int start = cut(in, layout, image);
        if (layout.history().isPast(in.bytes(), start, cells)) {
            return null;
        }
        Row row = row(layout, Arrays.copyOfRange(in.bytes(), start, in.position()), cells);
        return operation == Change.Operation.INSERT ? Change.insert(row) : Change.delete(row);
    }

    /** Null for a row of the table's history; a deletion when the row becomes one. */
    private @Nullable Change update(LogBytes in, RowLayout layout, Image before, Image after) {
        int start = cut(in, layout, before);
        boolean past = layout.history().isPast(in.bytes(), start, cells);
        byte[] old = Arrays.copyOfRange(in.bytes(), start, in.position());
        Row row = row(layout, old, cells);
        if (!after.full) {
            int[] swap = cellsBefore;
            cellsBefore = cells;
            cells = swap;
        }
        start = cut(in, layout, after);
        if (past) {
            return null;
        }
        if (layout.history().isPast(in.bytes(), start, cells)) {
            return Change.delete(row);
        }
        byte[] now = Arrays.copyOfRange(in.bytes(), start, in.position());
        return Change.update(row, row(layout, after.full ? now : completed(layout, now, old), cells));
    }

    /** Puts the cells that only the old image has behind those of the new one. */
    private byte[] completed(RowLayout layout, byte[] now, byte[] old) {
        byte[] both = Arrays.copyOf(now, now.length + old.length);
        System.arraycopy(old, 0, both, now.length, old.length);
        for (int i = 0; i < 2 * layout.size(); i += 2) {
            if (cells[i + 1] == LEFT_OUT) {
                cells[i] = cellsBefore[i] + now.length;
                cells[i + 1] = cellsBefore[i + 1];
            }
        }
        return both;
    }

    /** Notes where the cells of the next row lie, counted from its first cell, and passes over it. Returns where that cell begins. */
    private int cut(LogBytes in, RowLayout layout, Image image) {
        byte[] bytes = in.bytes();
        int nulls = in.position();
        int start = nulls + (image.count + 7) / 8;
        int at = start;
        int place = 0;
        for (int i = 0; i < layout.size(); i++) {
            int length;
            if (!image.full && !image.has(bytes, i)) {
                length = LEFT_OUT;
            } else {
                length = (bytes[nulls + (place >> 3)] >> (place & 7) & 1) != 0 ? NULL : layout.fixedSize(i);
                place++;
                int lengthBytes = layout.lengthBytes(i);
                if (length == 0 && lengthBytes > 0) {
                    length = length(bytes, at, lengthBytes);
                    at += lengthBytes;
                }
            }
            cells[2 * i] = at - start;
            cells[2 * i + 1] = length;
            at += Math.max(length, 0);
            if (at < start || at > in.end()) {
                throw new CorruptionException(
                        "a row of " + layout.table().name() + " does not fit its table map at column "
                                + layout.table().columns().get(i).name());
            }
        }
        in.skip(at - nulls);
        return start;
    }

    private static int length(byte[] bytes, int at, int size) {
        int value = bytes[at] & 0xff;
        for (int i = 1; i < size; i++) {
            value |= (bytes[at + i] & 0xff) << 8 * i;
        }
        return value < 0 ? Integer.MAX_VALUE >> 1 : value;
    }

    private static Row row(RowLayout layout, byte[] bytes, int[] cells) {
        Row.Builder row = Row.over(layout.table(), bytes);
        for (int i = 0; i < 2 * layout.size(); i += 2) {
            int length = cells[i + 1];
            if (length >= 0) {
                row.value(cells[i], length);
            } else if (length == NULL) {
                row.nothing();
            } else {
                row.unchanged();
            }
        }
        return row.build();
    }

    private void grow(int size) {
        if (cells.length < size) {
            cells = new int[size];
            cellsBefore = new int[size];
        }
    }

    /** Takes changes, one by one. */
    interface Changes {

        void accept(Change change) throws InterruptedException;
    }

    /** Which columns a row image has: a bitmap in the event. */
    private record Image(int bitmap, int count, boolean full) {

        static Image read(LogBytes in, int columns) {
            int bitmap = in.position();
            int count = 0;
            for (int i = 0; i < columns; i++) {
                count += in.bytes()[bitmap + (i >> 3)] >> (i & 7) & 1;
            }
            in.skip((columns + 7) / 8);
            return new Image(bitmap, count, count == columns);
        }

        boolean has(byte[] bytes, int column) {
            return (bytes[bitmap + (column >> 3)] >> (column & 7) & 1) != 0;
        }
    }
}
