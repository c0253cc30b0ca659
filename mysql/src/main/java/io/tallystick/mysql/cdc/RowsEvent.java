package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.TableName;

/** The forms in which rows come: three versions, MariaDB's compressed ones, and MySQL's partial JSON, which is refused. Stateless. */
final class RowsEvent {

    private RowsEvent() {}

    /** @param extra whether a field of further data, with its length, stands before the rows */
    record Shape(Change.Operation operation, boolean extra, boolean compressed) {}

    static Shape shape(int type, TableName table) {
        return switch (type) {
            case EventType.WRITE_ROWS_V1 -> new Shape(Change.Operation.INSERT, false, false);
            case EventType.UPDATE_ROWS_V1 -> new Shape(Change.Operation.UPDATE, false, false);
            case EventType.DELETE_ROWS_V1 -> new Shape(Change.Operation.DELETE, false, false);
            case EventType.WRITE_ROWS -> new Shape(Change.Operation.INSERT, true, false);
            case EventType.UPDATE_ROWS -> new Shape(Change.Operation.UPDATE, true, false);
            case EventType.DELETE_ROWS -> new Shape(Change.Operation.DELETE, true, false);
            case EventType.WRITE_ROWS_COMPRESSED_V1 -> new Shape(Change.Operation.INSERT, false, true);
            case EventType.UPDATE_ROWS_COMPRESSED_V1 -> new Shape(Change.Operation.UPDATE, false, true);
            case EventType.DELETE_ROWS_COMPRESSED_V1 -> new Shape(Change.Operation.DELETE, false, true);
            case EventType.WRITE_ROWS_COMPRESSED -> new Shape(Change.Operation.INSERT, true, true);
            case EventType.UPDATE_ROWS_COMPRESSED -> new Shape(Change.Operation.UPDATE, true, true);
            case EventType.DELETE_ROWS_COMPRESSED -> new Shape(Change.Operation.DELETE, true, true);
            default ->
                throw new GapException("the log holds only parts of JSON documents of " + table
                        + ", which cannot be applied elsewhere. SET GLOBAL binlog_row_value_options = ''; (and in the server's"
                        + " configuration), then compare the table with its targets and bring it in line");
        };
    }

    static boolean isRows(int type) {
        return type >= EventType.WRITE_ROWS_V1 && type <= EventType.DELETE_ROWS_V1
                || type >= EventType.WRITE_ROWS && type <= EventType.DELETE_ROWS
                || type == EventType.PARTIAL_UPDATE_ROWS
                || type >= EventType.WRITE_ROWS_COMPRESSED_V1 && type <= EventType.DELETE_ROWS_COMPRESSED;
    }

    /** From the number of columns on, inflated if need be: only what follows the bitmaps is compressed. */
    static LogBytes rows(Shape shape, LogBytes body) {
        if (shape.extra()) {
            body.skip(body.u16() - 2);
        }
        if (!shape.compressed()) {
            return body;
        }
        int start = body.position();
        int bitmap = (body.packedInt() + 7) / 8;
        body.skip(shape.operation() == Change.Operation.UPDATE ? 2 * bitmap : bitmap);
        int head = body.position() - start;
        byte[] plain = CompressedCells.inflateRest(body);
        byte[] all = new byte[head + plain.length];
        System.arraycopy(body.bytes(), start, all, 0, head);
        System.arraycopy(plain, 0, all, head, plain.length);
        return new LogBytes(all, 0, all.length);
    }
}
