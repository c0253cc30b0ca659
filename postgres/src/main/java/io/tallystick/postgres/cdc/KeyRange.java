package io.tallystick.postgres.cdc;

import io.tallystick.cdc.SourceTable;
import io.tallystick.postgres.type.PgType;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A statement that reads a part of a table in the order of a key, in COPY's binary form, which is byte for byte the form of the log.
 *
 * @param key places of the key's columns
 */
record KeyRange(SourceTable table, int[] key) {

    String copy(@Nullable List<String> after, @Nullable List<String> last, int rows) {
        List<String> bounds = new ArrayList<>();
        if (after != null) {
            bounds.add(keys() + " > " + values(after));
        }
        if (last != null) {
            bounds.add(keys() + " <= " + values(last));
        }
        return "COPY (SELECT " + columns() + " FROM " + Sql.name(table.name()) + " AS t"
                + (bounds.isEmpty() ? "" : " WHERE " + String.join(" AND ", bounds)) + " ORDER BY " + keyList()
                + " LIMIT " + rows
                + ") TO STDOUT (FORMAT binary)";
    }

    /** Types whose binary form nobody here reads, or that have none, come as text. */
    boolean isText(int column) {
        return !type(column).readsBinary();
    }

    PgType type(int column) {
        return (PgType) table.columns().get(column).type();
    }

    private String columns() {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            String name = Sql.name(table.columns().get(i).name());
            columns.add(isText(i) ? name + "::text" : name);
        }
        return String.join(", ", columns);
    }

    private String keyList() {
        List<String> names = new ArrayList<>();
        for (int column : key) {
            // qualified, or ORDER BY would mean the text that a column is read as
            names.add("t." + Sql.name(table.columns().get(column).name()));
        }
        return String.join(", ", names);
    }

    private String keys() {
        return "(" + keyList() + ")";
    }

    private String values(List<String> values) {
        if (values.size() != key.length) {
            throw new IllegalArgumentException(
                    table.name() + " has a key of " + key.length + " columns, found " + values.size() + " values");
        }
        List<String> cast = new ArrayList<>();
        for (int i = 0; i < key.length; i++) {
            cast.add(Sql.text(values.get(i)) + "::" + castTo(key[i]));
        }
        return cast.stream().collect(Collectors.joining(", ", "(", ")"));
    }

    /** A length would cut the value: the cast to the bare type compares as the column does. */
    private String castTo(int column) {
        return type(column).declared();
    }
}
