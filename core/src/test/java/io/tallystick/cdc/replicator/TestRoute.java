package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.ValueKind;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Makes changes of one target's table from values, column by column, as a route that renames nothing would. */
public final class TestRoute {

    /** A cell that the log did not repeat. */
    public static final Object UNCHANGED = new Object();

    private final SourceTable source;
    private final TargetTable target;
    private final int[] straight;

    public TestRoute(TargetTable target, List<ValueKind> kinds) {
        this(target, sourceOf(target, kinds.stream().map(PlainType::of).toList()));
    }

    public TestRoute(TargetTable target, SourceTable source) {
        this.source = source;
        this.target = target;
        this.straight = IntStream.range(0, target.columns().size()).toArray();
    }

    public static SourceTable sourceOf(TargetTable target, List<? extends ColumnType> types) {
        List<SourceColumn> columns = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            columns.add(new SourceColumn(
                    target.columns().get(i).name(), types.get(i), target.key().contains(i)));
        }
        return new SourceTable(new TableName("source", "rows"), columns);
    }

    public TargetTable table() {
        return target;
    }

    public TargetRow row(@Nullable Object... values) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        List<byte[]> cells = new ArrayList<>();
        for (Object value : values) {
            byte[] cell = value == null || value == UNCHANGED ? new byte[0] : PlainType.encode(value);
            cells.add(cell);
            bytes.writeBytes(cell);
        }
        Row.Builder row = Row.over(source, bytes.toByteArray());
        int at = 0;
        for (int i = 0; i < values.length; i++) {
            if (values[i] == null) {
                row.nothing();
            } else if (values[i] == UNCHANGED) {
                row.unchanged();
            } else {
                row.value(at, cells.get(i).length);
            }
            at += cells.get(i).length;
        }
        return new TargetRow(row.build(), straight, null);
    }

    public TargetChange insert(@Nullable Object... values) {
        return new TargetChange(target, Verb.INSERT, null, row(values));
    }

    public TargetChange upsert(@Nullable Object... values) {
        return new TargetChange(target, Verb.UPSERT, null, row(values));
    }

    public TargetChange insertIfAbsent(@Nullable Object... values) {
        return new TargetChange(target, Verb.INSERT_IF_ABSENT, null, row(values));
    }

    public TargetChange update(@Nullable Object... values) {
        return new TargetChange(target, Verb.UPDATE, null, row(values));
    }

    public TargetChange rekey(TargetRow key, @Nullable Object... values) {
        return new TargetChange(target, Verb.UPDATE, key, row(values));
    }

    public TargetChange delete(@Nullable Object... values) {
        return new TargetChange(target, Verb.DELETE, row(values), null);
    }
}
