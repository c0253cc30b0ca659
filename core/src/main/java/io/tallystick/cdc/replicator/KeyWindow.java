package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.ValueKind;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The keys that a target's table has in the range of a chunk, as texts in the order in which the source cuts chunks. For keys of whole
 * numbers and uuid. For one thread.
 */
final class KeyWindow {

    private final Mirror mirror;
    private final LoadedChunk chunk;
    private final LoadState ordered;
    private final TargetDialect dialect;
    private final SeenRows seen;
    /** Places of the target's columns, in the order of the range. */
    private final int[] order;

    /** @param ordered what was ordered of the table: the chunk may have been read for more */
    KeyWindow(Mirror mirror, LoadedChunk chunk, LoadState ordered, SeenRows seen, TargetDialect dialect) {
        this.mirror = mirror;
        this.chunk = chunk;
        this.ordered = ordered;
        this.seen = seen;
        this.dialect = dialect;
        this.order = seen.order().stream().mapToInt(this::targetColumn).toArray();
    }

    private int targetColumn(String sourceColumn) {
        int cell = seen.table().indexOf(sourceColumn);
        int at = IntStream.range(0, mirror.keyCells().length)
                .filter(i -> mirror.keyCells()[i] == cell)
                .findFirst()
                .orElseThrow(() ->
                        new IllegalStateException("the key of " + mirror.table().name() + " lacks " + sourceColumn));
        return mirror.table().key().get(at);
    }

    /** The first ones behind this key, or of all, as far as the window goes. */
    List<List<String>> keys(Connection connection, @Nullable List<String> low, int most) throws SQLException {
        List<String> bounds = new ArrayList<>();
        List<Object> values = new ArrayList<>();
        for (List<String> after : both(low, ordered.from())) {
            bounds.add(bound(after, ">", ">", values));
        }
        for (List<String> end : both(chunk.end(), ordered.to())) {
            bounds.add(bound(end, "<", "<=", values));
        }
        String columns = Arrays.stream(order).mapToObj(this::name).collect(Collectors.joining(", "));
        String sql = "SELECT " + columns + " FROM "
                + dialect.quote(mirror.table().name())
                + (bounds.isEmpty() ? "" : " WHERE " + String.join(" AND ", bounds)) + " ORDER BY " + columns
                + " LIMIT " + most;
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.size(); i++) {
                query.setObject(i + 1, values.get(i));
            }
            return read(query);
        }
    }

    /** Which of the two is narrower only the database can tell. */
    private static Set<List<String>> both(@Nullable List<String> one, @Nullable List<String> other) {
        return Stream.of(Optional.ofNullable(one), Optional.ofNullable(other))
                .flatMap(Optional::stream)
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** A comparison of the whole key, spelt out because MariaDB and MySQL use no index for a comparison of tuples. */
    private String bound(List<String> key, String strict, String end, List<Object> values) {
        List<String> cases = new ArrayList<>();
        String first = name(order[0]) + strict + "= " + parameter(0, key, values);
        for (int i = 0; i < order.length; i++) {
            StringBuilder equal = new StringBuilder();
            for (int j = 0; j < i; j++) {
                equal.append(name(order[j]))
                        .append(" = ")
                        .append(parameter(j, key, values))
                        .append(" AND ");
            }
            String compare = i == order.length - 1 ? end : strict;
            cases.add(equal + name(order[i]) + " " + compare + " " + parameter(i, key, values));
        }
        return "(" + first + " AND ((" + String.join(") OR (", cases) + ")))";
    }

    private String parameter(int place, List<String> key, List<Object> values) {
        Object value = typed(place, key.get(place));
        values.add(value instanceof BigInteger number ? new BigDecimal(number) : value);
        return "?";
    }

    private List<List<String>> read(PreparedStatement query) throws SQLException {
        List<List<String>> keys = new ArrayList<>();
        try (ResultSet rows = query.executeQuery()) {
            while (rows.next()) {
                List<String> key = new ArrayList<>(order.length);
                for (int i = 0; i < order.length; i++) {
                    key.add(
                            isNumber(i)
                                    ? rows.getBigDecimal(i + 1).toBigInteger().toString()
                                    : rows.getString(i + 1));
                }
                keys.add(key);
            }
        }
        return keys;
    }

    private boolean isNumber(int place) {
        return mirror.table().columns().get(order[place]).kind() == ValueKind.INTEGER;
    }

    private Object typed(int place, String text) {
        return isNumber(place) ? number(text) : UUID.fromString(text);
    }

    private String name(int column) {
        return dialect.quote(mirror.table().columns().get(column).name());
    }

    /** What deletes the row of this key. */
    TargetChange deletion(List<String> key) {
        int columns = mirror.table().columns().size();
        @Nullable Object[] cells = new Object[columns];
        Arrays.fill(cells, TargetRow.UNCHANGED);
        int[] from = new int[columns];
        Arrays.fill(from, TargetRow.COMPUTED);
        for (int i = 0; i < order.length; i++) {
            cells[order[i]] = typed(i, key.get(i));
        }
        Row nothing = Row.over(new SourceTable(mirror.table().name(), List.of()), new byte[0])
                .build();
        return new TargetChange(mirror.table(), TargetChange.Verb.DELETE, new TargetRow(nothing, from, cells), null);
    }

    private static Object number(String text) {
        BigInteger number = new BigInteger(text);
        return number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
    }
}
