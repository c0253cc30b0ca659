package io.tallystick.debezium;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.ValueType;
import io.tallystick.jdbc.RejectedException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The rows of a table between two keys, in the order of the key. Immutable. */
record ChunkQuery(Access access, TableName table, List<Key> key) {

    /** A column of the key, at its place in the order of the key. */
    record Key(String name, int cell, ValueType type) {}

    ChunkQuery {
        if (key.isEmpty()) {
            throw new RejectedException(
                    table + " has no primary key, so its rows cannot be copied in parts; add one, or name one in"
                            + " the file: debezium: {message.key.columns: \"" + table + ":column\"}");
        }
    }

    PreparedStatement prepare(
            Connection connection, @Nullable List<String> after, @Nullable List<String> last, int limit)
            throws SQLException {
        List<Object> parameters = new ArrayList<>();
        StringBuilder text =
                new StringBuilder("SELECT * FROM ").append(access.quoted(table)).append(" WHERE 1 = 1");
        if (after != null) {
            text.append(" AND ").append(beyond(values(after), " > ", " > ", parameters));
        }
        if (last != null) {
            text.append(" AND ").append(beyond(values(last), " < ", " <= ", parameters));
        }
        text.append(" ORDER BY ")
                .append(key.stream().map(each -> access.quoted(each.name())).collect(Collectors.joining(", ")))
                .append(" FETCH FIRST ")
                .append(limit)
                .append(" ROWS ONLY");
        PreparedStatement statement = connection.prepareStatement(text.toString());
        statement.setFetchSize(Math.min(limit, 1_000));
        for (int i = 0; i < parameters.size(); i++) {
            statement.setObject(i + 1, parameters.get(i));
        }
        return statement;
    }

    /** Spelt out, since not every database compares tuples. */
    private String beyond(List<Object> values, String strict, String end, List<Object> parameters) {
        StringBuilder text = new StringBuilder();
        int last = key.size() - 1;
        for (int i = 0; i < last; i++) {
            String column = access.quoted(key.get(i).name());
            text.append("(")
                    .append(column)
                    .append(strict)
                    .append("? OR (")
                    .append(column)
                    .append(" = ? AND ");
            parameters.add(values.get(i));
            parameters.add(values.get(i));
        }
        text.append(access.quoted(key.get(last).name())).append(end).append("?");
        parameters.add(values.get(last));
        return text.append("))".repeat(last)).toString();
    }

    private List<Object> values(List<String> texts) {
        List<Object> values = new ArrayList<>();
        for (int i = 0; i < texts.size(); i++) {
            Object value = key.get(i).type().keyValue(texts.get(i));
            values.add(value instanceof Instant instant ? (Object) instant.atOffset(ZoneOffset.UTC) : value);
        }
        return values;
    }

    /** The key of a row, as text. */
    List<String> keyOf(Row row) {
        return key.stream().map(each -> text(row, each)).toList();
    }

    private static String text(Row row, Key key) {
        byte[] bytes = row.bytes();
        int from = row.offset(key.cell());
        int to = from + row.length(key.cell());
        return key.type().kind() == ValueKind.BYTES
                ? HexFormat.of().formatHex(bytes, from, to)
                : new String(bytes, from, to - from, StandardCharsets.UTF_8);
    }
}
