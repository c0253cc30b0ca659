package io.tallystick.postgres.cdc;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.jdbc.CorruptionException;
import java.nio.ByteBuffer;

/** Cuts a row out of a message (docs "Logical Replication Message Formats", TupleData). Stateless. */
final class Tuples {

    private Tuples() {}

    /** Reads the row at the buffer's position and leaves the position behind it. */
    static Row read(ByteBuffer in, SourceTable table) {
        int count = in.getShort();
        if (count != table.columns().size()) {
            throw new CorruptionException("a row of " + table.name() + " has " + count + " cells, its table "
                    + table.columns().size() + " columns: the log is not what this version can read");
        }
        int start = in.position();
        int end = end(in, start, count);
        byte[] bytes = new byte[end - start];
        in.get(bytes);
        return cells(bytes, count, Row.over(table, bytes));
    }

    private static int end(ByteBuffer in, int start, int count) {
        int at = start;
        for (int i = 0; i < count; i++) {
            byte kind = in.get(at++);
            if (kind == 'b' || kind == 't') {
                at += 4 + in.getInt(at);
            }
        }
        return at;
    }

    private static Row cells(byte[] bytes, int count, Row.Builder row) {
        int at = 0;
        for (int i = 0; i < count; i++) {
            byte kind = bytes[at++];
            switch (kind) {
                case 'n' -> row.nothing();
                case 'u' -> row.unchanged();
                case 'b', 't' -> {
                    int length = number(bytes, at);
                    at += 4;
                    if (kind == 'b') {
                        row.value(at, length);
                    } else {
                        row.text(at, length);
                    }
                    at += length;
                }
                default -> throw new CorruptionException("a cell of kind " + (char) kind + ", expected n, u, t or b");
            }
        }
        return row.build();
    }

    private static int number(byte[] bytes, int at) {
        return bytes[at] << 24 | (bytes[at + 1] & 0xFF) << 16 | (bytes[at + 2] & 0xFF) << 8 | bytes[at + 3] & 0xFF;
    }
}
