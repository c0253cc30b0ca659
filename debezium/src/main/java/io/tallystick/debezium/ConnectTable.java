package io.tallystick.debezium;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;

/** A table, and how its rows are read out of Debezium's records. */
record ConnectTable(SourceTable table, Schema schema, List<ConnectColumn> columns) {

    boolean isOf(Schema other) {
        return schema == other;
    }

    Row row(Struct image) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(32 * columns.size());
        int[] lengths = new int[columns.size()];
        for (int i = 0; i < lengths.length; i++) {
            ConnectColumn column = columns.get(i);
            // Struct.get would give the column's default for NULL
            Object value = image.getWithoutDefault(column.name());
            byte[] cell = value == null ? ConnectColumn.NOTHING : column.cell(value);
            lengths[i] = value == null ? -1 : cell == ConnectColumn.UNCHANGED ? -2 : cell.length;
            bytes.writeBytes(cell);
        }
        Row.Builder row = Row.over(table, bytes.toByteArray());
        int offset = 0;
        for (int length : lengths) {
            if (length >= 0) {
                row.value(offset, length);
                offset += length;
            } else if (length == -1) {
                row.nothing();
            } else {
                row.unchanged();
            }
        }
        return row.build();
    }
}
