package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.ValueKind;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tables of a source whose cells are texts or whole numbers, written as text. */
final class Texts {

    /** Stands in {@link #row} for a cell that the log did not repeat. */
    static final String UNCHANGED = new String("unchanged");

    /** Somebody who lets changes go that wait. */
    static final PipelineOrders.Order KIM = new PipelineOrders.Order("kim", "it was mended", Instant.EPOCH);

    private Texts() {}

    record TextType(String declared, ValueKind kind) implements ColumnType {
        @Override
        public Object value(byte[] bytes, int offset, int length, boolean text) {
            String value = new String(bytes, offset, length, StandardCharsets.UTF_8);
            return kind == ValueKind.INTEGER ? (Object) Long.valueOf(value) : value;
        }
    }

    /** How these types are kept on disk. */
    record OnDisk() implements ColumnTypes {
        @Override
        public void write(ColumnType type, DataOutput out) throws IOException {
            out.writeUTF(type.declared());
            out.writeUTF(type.kind().name());
        }

        @Override
        public ColumnType read(DataInput in) throws IOException {
            return new TextType(in.readUTF(), ValueKind.valueOf(in.readUTF()));
        }
    }

    /** Columns whose names begin with {@code n_} hold numbers, the first is the key. */
    static SourceTable table(TableName name, String... columns) {
        return new SourceTable(
                name,
                Arrays.stream(columns)
                        .map(column -> new SourceColumn(column, typeOf(column), column.equals(columns[0])))
                        .toList());
    }

    /** The declaration of a text of which only this database can tell whether it equals another one: neither case nor accent count. */
    static String alike(TestDatabase db, int length) {
        if (db.engine() != Engine.POSTGRESQL) {
            return "VARCHAR(" + length + ")";
        }
        db.execute("CREATE COLLATION IF NOT EXISTS alike"
                + " (provider = icu, locale = 'und-u-ks-level1', deterministic = false)");
        return "VARCHAR(" + length + ") COLLATE alike";
    }

    private static ColumnType typeOf(String column) {
        return column.startsWith("n_")
                ? new TextType("bigint", ValueKind.INTEGER)
                : new TextType("text", ValueKind.TEXT);
    }

    static Row row(SourceTable table, @Nullable Object... cells) {
        List<byte[]> parts = Arrays.stream(cells)
                .map(cell -> cell == null ? new byte[0] : cell.toString().getBytes(StandardCharsets.UTF_8))
                .toList();
        byte[] all = new byte[parts.stream().mapToInt(part -> part.length).sum()];
        Row.Builder row = Row.over(table, all);
        int at = 0;
        for (int i = 0; i < cells.length; i++) {
            byte[] part = parts.get(i);
            if (cells[i] == null) {
                row.nothing();
            } else if (isUnchanged(cells[i])) {
                row.unchanged();
            } else {
                System.arraycopy(part, 0, all, at, part.length);
                row.text(at, part.length);
                at += part.length;
            }
        }
        return row.build();
    }

    @SuppressWarnings("ReferenceEquality") // the marker is that object, not that text
    private static boolean isUnchanged(Object cell) {
        return cell == UNCHANGED;
    }
}
