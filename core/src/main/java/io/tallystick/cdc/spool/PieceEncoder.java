package io.tallystick.cdc.spool;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TransactionPiece;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes pieces as the records of one segment, each table before its first row. Cells are copied as the log wrote them. For one
 * segment and one thread.
 *
 * <p>A record: its length and the CRC-32C of what follows (4 bytes each), its kind (1 byte), its content. Numbers are big-endian,
 * those called small have 7 bits in each byte, the lowest first.
 */
final class PieceEncoder {

    static final byte HEADER = 1;
    static final byte TABLE = 2;
    static final byte PIECE = 3;
    static final int VERSION = 1;

    static final int NULL = 0;
    static final int UNCHANGED = 1;
    static final int FIRST_LENGTH = 2;

    private final ColumnTypes types;
    private final Frame frame = new Frame();
    private final DataOutputStream out = new DataOutputStream(frame);
    private final Map<SourceTable, Integer> tables = new IdentityHashMap<>();

    PieceEncoder(ColumnTypes types) {
        this.types = types;
    }

    /** The record that a segment begins with. */
    void header(Position after, Records into) throws IOException {
        out.writeInt(VERSION);
        text(after.text());
        into.add(HEADER, frame);
    }

    /** The piece, and before it the tables that it is the first to name. */
    void piece(TransactionPiece piece, Records into) throws IOException {
        for (Change change : piece.changes()) {
            describe(change.table(), into);
            describe(change.before(), into);
            describe(change.after(), into);
        }
        text(piece.transaction());
        text(piece.position().text());
        out.writeLong(piece.at().getEpochSecond());
        out.writeInt(piece.at().getNano());
        String origin = piece.origin();
        out.writeByte((piece.last() ? 1 : 0) + (origin == null ? 0 : 2));
        if (origin != null) {
            text(origin);
        }
        small(piece.changes().size());
        for (Change change : piece.changes()) {
            change(change);
        }
        into.add(PIECE, frame);
    }

    private void describe(@Nullable Row row, Records into) throws IOException {
        if (row != null) {
            describe(row.table(), into);
        }
    }

    private void describe(SourceTable table, Records into) throws IOException {
        if (tables.containsKey(table)) {
            return;
        }
        tables.put(table, tables.size());
        out.writeUTF(table.name().schema());
        out.writeUTF(table.name().table());
        small(table.columns().size());
        for (SourceColumn column : table.columns()) {
            out.writeUTF(column.name());
            out.writeBoolean(column.key());
            types.write(column.type(), out);
        }
        into.add(TABLE, frame);
    }

    private void change(Change change) throws IOException {
        out.writeByte(change.operation().ordinal());
        small(number(change.table()));
        row(change.before());
        row(change.after());
    }

    private int number(SourceTable table) {
        Integer number = tables.get(table);
        if (number == null) {
            throw new IllegalStateException(table.name() + " was not described before its row");
        }
        return number;
    }

    /** 0 for none; else its table's number and 1, its cells, and their bytes one after the other. */
    private void row(@Nullable Row row) throws IOException {
        if (row == null) {
            small(0);
            return;
        }
        small(number(row.table()) + 1);
        long bytes = 0;
        for (int cell = 0; cell < row.size(); cell++) {
            bytes += row.isNull(cell) || row.isUnchanged(cell) ? 0 : row.length(cell);
        }
        out.writeInt(Math.toIntExact(bytes));
        for (int cell = 0; cell < row.size(); cell++) {
            cell(row, cell);
        }
        for (int cell = 0; cell < row.size(); cell++) {
            if (!row.isNull(cell) && !row.isUnchanged(cell)) {
                out.write(row.bytes(), row.offset(cell), row.length(cell));
            }
        }
    }

    private void cell(Row row, int cell) throws IOException {
        if (row.isNull(cell)) {
            small(NULL);
        } else if (row.isUnchanged(cell)) {
            small(UNCHANGED);
        } else {
            small(FIRST_LENGTH + ((long) row.length(cell) << 1) + (row.isText(cell) ? 1 : 0));
        }
    }

    /** Of any length, which {@code writeUTF} is not: a position may name many servers. */
    private void text(String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        small(bytes.length);
        out.write(bytes);
    }

    private void small(long number) throws IOException {
        long left = number;
        while (left > 0x7f) {
            out.writeByte((int) (left & 0x7f | 0x80));
            left >>>= 7;
        }
        out.writeByte((int) left);
    }

    /** The content of a record in the making, whose bytes are seen without being copied. */
    static final class Frame extends ByteArrayOutputStream {

        byte[] array() {
            return buf;
        }
    }

    /** Where finished records go. */
    interface Records {

        /** Takes the frame's content and empties it. */
        void add(byte kind, Frame frame) throws IOException;
    }
}
