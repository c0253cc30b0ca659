package io.tallystick.cdc.spool;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.CorruptionException;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Understands the records of {@link PieceEncoder}, one segment after the other. For one thread. */
final class PieceDecoder {

    private static final Change.Operation[] OPERATIONS = Change.Operation.values();

    private final ColumnTypes types;
    /** Equal descriptions in later segments are the same object again: who prepared something for it need not do so anew. */
    private final Map<SourceTable, SourceTable> known = new HashMap<>();

    private final List<SourceTable> tables = new ArrayList<>();

    PieceDecoder(ColumnTypes types) {
        this.types = types;
    }

    /** Begins a segment; the position that it follows. */
    Position header(byte[] bytes, int length) throws IOException {
        tables.clear();
        DataInputStream in = in(bytes, length);
        int version = in.readInt();
        if (version != PieceEncoder.VERSION) {
            throw new CorruptionException("the spool was written in version " + version + ", this program reads "
                    + PieceEncoder.VERSION + ": let the version that wrote it empty it");
        }
        return new Position(text(in));
    }

    void table(byte[] bytes, int length) throws IOException {
        DataInputStream in = in(bytes, length);
        TableName name = new TableName(in.readUTF(), in.readUTF());
        List<SourceColumn> columns = new ArrayList<>();
        for (long left = small(in); left > 0; left--) {
            String column = in.readUTF();
            boolean key = in.readBoolean();
            columns.add(new SourceColumn(column, types.read(in), key));
        }
        SourceTable table = new SourceTable(name, columns);
        tables.add(known.computeIfAbsent(table, first -> first));
    }

    TransactionPiece piece(byte[] bytes, int length) throws IOException {
        DataInputStream in = in(bytes, length);
        String transaction = text(in);
        Position position = new Position(text(in));
        Instant at = Instant.ofEpochSecond(in.readLong(), in.readInt());
        int flags = in.readByte();
        String origin = (flags & 2) == 0 ? null : text(in);
        List<Change> changes = new ArrayList<>();
        for (long left = small(in); left > 0; left--) {
            changes.add(change(in));
        }
        return new TransactionPiece(transaction, position, at, origin, changes, (flags & 1) != 0);
    }

    private Change change(DataInputStream in) throws IOException {
        Change.Operation operation = OPERATIONS[in.readByte()];
        SourceTable table = tables.get((int) small(in));
        Row before = row(in);
        return new Change(operation, table, before, row(in));
    }

    private @Nullable Row row(DataInputStream in) throws IOException {
        int number = (int) small(in) - 1;
        if (number < 0) {
            return null;
        }
        SourceTable table = tables.get(number);
        byte[] bytes = new byte[in.readInt()];
        Row.Builder row = Row.over(table, bytes);
        int offset = 0;
        for (int cell = 0; cell < table.columns().size(); cell++) {
            long code = small(in);
            if (code == PieceEncoder.NULL) {
                row.nothing();
            } else if (code == PieceEncoder.UNCHANGED) {
                row.unchanged();
            } else {
                int length = (int) (code - PieceEncoder.FIRST_LENGTH >> 1);
                boolean text = (code - PieceEncoder.FIRST_LENGTH & 1) != 0;
                row = text ? row.text(offset, length) : row.value(offset, length);
                offset += length;
            }
        }
        in.readFully(bytes);
        return row.build();
    }

    private static DataInputStream in(byte[] bytes, int length) {
        return new DataInputStream(new ByteArrayInputStream(bytes, 0, length));
    }

    private static String text(DataInputStream in) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(small(in))];
        in.readFully(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static long small(DataInputStream in) throws IOException {
        long number = 0;
        for (int shift = 0; ; shift += 7) {
            int next = in.readUnsignedByte();
            number |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                return number;
            }
        }
    }
}
