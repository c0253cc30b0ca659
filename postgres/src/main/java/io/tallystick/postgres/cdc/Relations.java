package io.tallystick.postgres.cdc;

import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.postgres.type.TypeCatalog;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The tables as the log has described them up to now; a description repeated unchanged keeps its object. For one thread. */
final class Relations {

    private static final int KEY = 1;

    private final Jdbc catalog;
    private final TypeCatalog types;
    private final Map<Integer, SourceTable> tables = new HashMap<>();
    private int lastNumber;
    private @Nullable SourceTable last;

    /**
     * @param catalog of the same database, asked for types not seen before
     * @param types what is known of them already; not for anybody else from now on
     */
    Relations(Jdbc catalog, TypeCatalog types) {
        this.catalog = catalog;
        this.types = types;
    }

    /** @throws CorruptionException when the log has not described this table */
    SourceTable table(int number) {
        SourceTable found = last;
        if (found == null || number != lastNumber) {
            found = tables.get(number);
            if (found == null) {
                throw new CorruptionException("the log speaks of table " + Integer.toUnsignedString(number)
                        + " without having described it; open the stream again");
            }
            last = found;
            lastNumber = number;
        }
        return found;
    }

    /** Reads a Relation message behind its kind. */
    void describe(ByteBuffer in) {
        int number = in.getInt();
        String schema = string(in);
        TableName name = new TableName(schema.isEmpty() ? "pg_catalog" : schema, string(in));
        in.get(); // the replica identity's setting; the columns' flags say what follows from it
        List<Column> columns = new ArrayList<>();
        for (int left = in.getShort(); left > 0; left--) {
            boolean key = (in.get() & KEY) != 0;
            columns.add(new Column(string(in), key, Integer.toUnsignedLong(in.getInt()), in.getInt()));
        }
        SourceTable before = tables.get(number);
        if (before != null) {
            types.forgetCustom();
        }
        SourceTable described = describe(name, columns);
        if (!described.equals(before)) {
            tables.put(number, described);
            last = null;
        }
    }

    /** A connection costs more than all else here, and mostly every type is known. */
    private SourceTable describe(TableName name, List<Column> columns) {
        List<Column> unknown = columns.stream()
                .filter(column -> types.known(column.type(), column.typmod()) == null)
                .toList();
        if (!unknown.isEmpty()) {
            catalog.run(tx -> unknown.forEach(column -> types.get(tx, column.type(), column.typmod())));
        }
        return new SourceTable(name, columns.stream().map(this::column).toList());
    }

    private SourceColumn column(Column column) {
        return new SourceColumn(
                column.name(), Objects.requireNonNull(types.known(column.type(), column.typmod())), column.key());
    }

    /** Text up to a zero byte. */
    static String string(ByteBuffer in) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte next = in.get(); next != 0; next = in.get()) {
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    private record Column(String name, boolean key, long type, int typmod) {}
}
