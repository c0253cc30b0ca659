package io.tallystick.cdc.query;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.ValueType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;

/**
 * A watched table as the catalog has it now.
 *
 * @param bound the same columns, in the form in which parameters are bound to them; its key is the one that names a row
 * @param change the place of the change column
 * @param scale how its values are reckoned
 */
record QueryTable(QuerySettings.Watched watched, SourceTable source, TargetTable bound, int change, ChangeScale scale) {

    /** Places of the columns that name a row, in the order of the key. */
    List<Integer> key() {
        return bound.key();
    }

    ValueType type(int cell) {
        return (ValueType) source.columns().get(cell).type();
    }

    Object changeOf(Row row) {
        return Objects.requireNonNull(row.value(change), "rows without a change value are not asked for");
    }

    /** The key's cells as text, bytes in hexadecimal. */
    List<String> keyOf(Row row) {
        List<String> texts = new ArrayList<>(key().size());
        for (int cell : key()) {
            texts.add(textOf(row, cell));
        }
        return texts;
    }

    String textOf(Row row, int cell) {
        int from = row.offset(cell);
        int to = from + Math.max(0, row.length(cell));
        return row.isText(cell)
                ? new String(row.bytes(), from, to - from, StandardCharsets.UTF_8)
                : HexFormat.of().formatHex(row.bytes(), from, to);
    }

    /** The key's values from its texts. */
    List<Object> valuesOf(List<String> key) {
        List<Object> values = new ArrayList<>(key.size());
        for (int i = 0; i < key.size(); i++) {
            values.add(type(key().get(i)).keyValue(key.get(i)));
        }
        return values;
    }

    /** A row of which only the key is known. */
    Row keyRow(List<String> key) {
        byte[][] cells = new byte[source.columns().size()][];
        for (int i = 0; i < key.size(); i++) {
            int cell = key().get(i);
            boolean text = type(cell).kind() != ValueKind.BYTES;
            cells[cell] = text
                    ? key.get(i).getBytes(StandardCharsets.UTF_8)
                    : HexFormat.of().parseHex(key.get(i));
        }
        return row(cells);
    }

    /** @param cells null for NULL */
    Row row(byte[][] cells) {
        int size = Arrays.stream(cells)
                .filter(Objects::nonNull)
                .mapToInt(cell -> cell.length)
                .sum();
        byte[] bytes = new byte[size];
        Row.Builder row = Row.over(source, bytes);
        int at = 0;
        for (int i = 0; i < cells.length; i++) {
            byte[] cell = cells[i];
            if (cell == null) {
                row.nothing();
                continue;
            }
            System.arraycopy(cell, 0, bytes, at, cell.length);
            if (type(i).kind() == ValueKind.BYTES) {
                row.value(at, cell.length);
            } else {
                row.text(at, cell.length);
            }
            at += cell.length;
        }
        return row.build();
    }
}
