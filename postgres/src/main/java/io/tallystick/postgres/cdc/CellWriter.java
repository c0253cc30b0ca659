package io.tallystick.postgres.cdc;

import io.tallystick.cdc.CellConverter;
import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Writes cells in binary: byte for byte when the source has the same type, else from the value. For one thread, because it
 * remembers the source's table that it saw last.
 */
final class CellWriter {

    private static final int CONVERTED = -2;

    private final TargetTable table;
    private final @Nullable BinaryForm[] forms;
    private final CellConverter converter;
    private final ToLongFunction<ColumnType> oids;
    private final int[] copiedFrom;
    private @Nullable SourceTable source;

    CellWriter(TargetTable table, TargetLayout layout, CellConverter converter, ToLongFunction<ColumnType> oids) {
        this.table = table;
        this.converter = converter;
        this.oids = oids;
        int cells = table.columns().size();
        this.forms = new BinaryForm[cells];
        this.copiedFrom = new int[cells];
        for (TargetLayout.Attribute attribute : layout.attributes()) {
            if (attribute.cell() >= 0) {
                forms[attribute.cell()] = attribute.form();
            }
        }
    }

    /** Writes the length and the bytes of a cell that is not unchanged. */
    void write(WireBuffer out, TargetRow row, int cell) throws SQLException, NoBinaryFormException {
        Row from = row.source();
        if (!from.table().equals(source)) {
            learn(row);
        }
        int at = row.sourceCell(cell);
        if (at >= 0 && from.isNull(at)) {
            out.int32(-1);
        } else if (at >= 0 && at == copiedFrom[cell] && !from.isText(at)) {
            int length = from.length(at);
            out.int32(length).bytes(from.bytes(), from.offset(at), length);
        } else {
            convert(out, row, cell);
        }
    }

    private void convert(WireBuffer out, TargetRow row, int cell) throws SQLException, NoBinaryFormException {
        Object value = converter.cell(row, cell, table.columns().get(cell));
        BinaryForm form = forms[cell];
        if (value == null) {
            out.int32(-1);
        } else if (form == null) {
            throw new NoBinaryFormException(table.columns().get(cell).type());
        } else {
            int opened = out.openLength();
            form.write(value, out);
            out.closeLength(opened);
        }
    }

    private void learn(TargetRow row) {
        SourceTable next = row.source().table();
        Arrays.fill(copiedFrom, CONVERTED);
        for (int cell = 0; cell < copiedFrom.length; cell++) {
            int at = row.sourceCell(cell);
            if (at >= 0
                    && isSame(
                            oids.applyAsLong(next.columns().get(at).type()),
                            table.columns().get(cell))) {
                copiedFrom[cell] = at;
            }
        }
        source = next;
    }

    /** A domain's values look like those of the type below it. */
    private static boolean isSame(long oid, TargetColumn column) {
        return oid != 0 && oid == column.nativeType();
    }
}
