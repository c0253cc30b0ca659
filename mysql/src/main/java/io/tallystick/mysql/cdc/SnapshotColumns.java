package io.tallystick.mysql.cdc;

import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.jdbc.RejectedException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The query that reads a range of a table by its key, with each column in a form that loses nothing and that {@link TextCells}
 * understands. Keys go as text both ways: numbers as they are, labels and bits as their numbers, bytes in hexadecimal. Immutable.
 */
final class SnapshotColumns {

    private final SourceTable table;
    private final List<SourceColumn> key;

    SnapshotColumns(SourceTable table) {
        this.table = table;
        this.key = table.columns().stream().filter(SourceColumn::key).toList();
        if (key.isEmpty()) {
            throw new RejectedException("table " + table.name()
                    + " has no key by which it could be read piece by piece;" + " ALTER TABLE … ADD PRIMARY KEY");
        }
    }

    /** In the order in which ranges are meant. */
    List<String> keyNames() {
        return key.stream().map(SourceColumn::name).toList();
    }

    int keySize() {
        return key.size();
    }

    /** All columns, then the key's columns as text. */
    String query(
            @org.jspecify.annotations.Nullable List<String> after,
            @org.jspecify.annotations.Nullable List<String> last,
            int rows) {
        String cells = table.columns().stream().map(SnapshotColumns::cell).collect(Collectors.joining(", "));
        String keys = key.stream().map(SnapshotColumns::keyText).collect(Collectors.joining(", "));
        List<String> bounds = new ArrayList<>();
        if (after != null) {
            bounds.add(bound(after, ">", ">"));
        }
        if (last != null) {
            bounds.add(bound(last, "<", "<="));
        }
        String where = bounds.isEmpty() ? "" : " WHERE " + String.join(" AND ", bounds);
        String order = key.stream().map(c -> quoted(c.name())).collect(Collectors.joining(", "));
        return "SELECT " + cells + ", " + keys + " FROM " + quoted(table.name().schema()) + "."
                + quoted(table.name().table()) + where + " ORDER BY " + order + " LIMIT " + rows;
    }

    static String quoted(String name) {
        return "`" + name.replace("`", "``") + "`";
    }

    private static String cell(SourceColumn column) {
        String name = quoted(column.name());
        return switch (((MySqlType) column.type()).form()) {
            case CHAR, VARCHAR, TEXT, COMPRESSED_VARCHAR, COMPRESSED_TEXT, ENUM, JSON_TEXT ->
                "CONVERT(" + name + " USING utf8mb4)";
            case BINARY, VARBINARY, BLOB, COMPRESSED_VARBINARY, COMPRESSED_BLOB, GEOMETRY, VECTOR -> name;
            case FLOAT -> "CAST(CAST(" + name + " AS DOUBLE) AS CHAR)";
            case BIT, SET -> number(name);
            default -> "CAST(" + name + " AS CHAR)";
        };
    }

    private static String keyText(SourceColumn column) {
        return switch (((MySqlType) column.type()).form()) {
            case BIT, SET, ENUM -> number(quoted(column.name()));
            case BINARY, VARBINARY, BLOB -> "HEX(" + quoted(column.name()) + ")";
            default -> cell(column);
        };
    }

    private static String number(String name) {
        return "CAST(CAST(" + name + " AS UNSIGNED) AS CHAR)";
    }

    /** A comparison of the whole key, spelt out because the servers use no index for a comparison of tuples. */
    private String bound(List<String> values, String strict, String end) {
        if (values.size() != key.size()) {
            throw new IllegalArgumentException(
                    "the key of " + table.name() + " has " + key.size() + " columns, found " + values);
        }
        List<String> cases = new ArrayList<>();
        StringBuilder equal = new StringBuilder();
        for (int i = 0; i < key.size(); i++) {
            String name = quoted(key.get(i).name());
            String value = literal((MySqlType) key.get(i).type(), values.get(i));
            cases.add(equal + name + (i == key.size() - 1 ? end : strict) + value);
            equal.append(name).append('=').append(value).append(" AND ");
        }
        String first = quoted(key.get(0).name()) + strict + "="
                + literal((MySqlType) key.get(0).type(), values.get(0));
        return "(" + first + " AND ((" + String.join(") OR (", cases) + ")))";
    }

    private static String literal(MySqlType type, String value) {
        return switch (type.form()) {
            case TINYINT, SMALLINT, MEDIUMINT, INT, BIGINT, DECIMAL, FLOAT, DOUBLE, YEAR, BIT, SET, ENUM ->
                checked(value, "-?[0-9.]+(e[+-]?[0-9]+)?");
            case BINARY, VARBINARY, BLOB -> "x'" + checked(value, "[0-9A-F]*") + "'";
            case DATE, TIME, DATETIME, TIMESTAMP, OLD_TIME, OLD_DATETIME, OLD_TIMESTAMP, UUID, INET4, INET6 ->
                "'" + checked(value, "[0-9a-fA-F:. -]+") + "'";
            default -> "_utf8mb4 x'" + HexFormat.of().formatHex(value.getBytes(StandardCharsets.UTF_8)) + "'";
        };
    }

    private static String checked(String value, String pattern) {
        if (!value.matches(pattern)) {
            throw new IllegalArgumentException("no key value of this type: '" + value + "'");
        }
        return value;
    }
}
