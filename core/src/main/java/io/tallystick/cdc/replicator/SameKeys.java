package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.ParameterBinder;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Asks a target which keys of one of its tables it takes for equal, however they are spelt. For one connection. */
final class SameKeys {

    private static final int AT_ONCE = 100;
    /** Half of what is compared with each other in one statement. */
    private static final int CHUNK = 250;

    private final Connection connection;
    private final TargetDialect dialect;
    private final ParameterBinder binder;

    SameKeys(Connection connection) throws SQLException {
        this.connection = connection;
        this.dialect = TargetDialect.of(connection);
        this.binder = new ParameterBinder(dialect, ConversionPolicy.standard());
    }

    boolean isOf(Connection other) {
        return connection == other;
    }

    /** For each of these keys the place of the first one that is the same. Each chunk is compared with each other one. */
    int[] first(TargetTable table, List<TargetRow> keys) throws SQLException {
        int[] first = IntStream.range(0, keys.size()).toArray();
        for (int left = 0; left < keys.size(); left += CHUNK) {
            boolean alone = keys.size() <= CHUNK;
            for (int right = alone ? left : left + CHUNK; right < keys.size(); right += CHUNK) {
                compare(table, keys, first, left, right);
            }
        }
        for (int place = 0; place < first.length; place++) {
            first[place] = root(first, place);
        }
        return first;
    }

    private void compare(TargetTable table, List<TargetRow> keys, int[] first, int left, int right)
            throws SQLException {
        List<Integer> places = new ArrayList<>();
        for (int from : left == right ? new int[] {left} : new int[] {left, right}) {
            IntStream.range(from, Math.min(keys.size(), from + CHUNK)).forEach(places::add);
        }
        String sql =
                "SELECT s.tally_place, s.tally_first FROM (SELECT t.tally_place, MIN(t.tally_place) OVER (PARTITION BY "
                        + table.key().stream()
                                .map(place -> "t."
                                        + dialect.quote(
                                                table.columns().get(place).name()))
                                .collect(Collectors.joining(", "))
                        + ") AS tally_first FROM (" + values(table, 0, places.size())
                        + ") t) s WHERE s.tally_place > s.tally_first";
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            int index = 1;
            for (int place : places) {
                index = bind(query, index, table, keys.get(place));
            }
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    int one = root(first, places.get(rows.getInt(1)));
                    int other = root(first, places.get(rows.getInt(2)));
                    first[Math.max(one, other)] = Math.min(one, other);
                }
            }
        }
    }

    private static int root(int[] first, int place) {
        int root = place;
        while (first[root] != root) {
            root = first[root];
        }
        return root;
    }

    /** Places among the others of those that are this key. */
    List<Integer> find(TargetTable table, TargetRow key, List<TargetRow> others) throws SQLException {
        List<Integer> same = new ArrayList<>();
        for (int from = 0; from < others.size(); from += AT_ONCE) {
            find(table, key, from, others.subList(from, Math.min(others.size(), from + AT_ONCE)), same);
        }
        return same;
    }

    private void find(TargetTable table, TargetRow key, int first, List<TargetRow> others, List<Integer> same)
            throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql(table, first, others.size()))) {
            int index = 1;
            for (TargetRow other : others) {
                index = bind(query, index, table, other);
            }
            bind(query, index, table, key);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    same.add(rows.getInt(1));
                }
            }
        }
    }

    private int bind(PreparedStatement query, int first, TargetTable table, TargetRow row) throws SQLException {
        int index = first;
        for (int place : table.key()) {
            binder.bind(query, index++, table, row, place);
        }
        return index;
    }

    private String sql(TargetTable table, int first, int others) {
        List<TargetColumn> key = table.key().stream().map(table.columns()::get).toList();
        return "SELECT t.tally_place FROM (" + values(table, first, others) + ") t WHERE "
                + key.stream()
                        .map(column -> "t." + dialect.quote(column.name()) + " = " + dialect.placeholder(column))
                        .collect(Collectors.joining(" AND "))
                + " ORDER BY 1";
    }

    /** In a union with the table's own columns the values are of their types, and compared as the columns are. */
    private String values(TargetTable table, int first, int number) {
        List<TargetColumn> key = table.key().stream().map(table.columns()::get).toList();
        String names = key.stream().map(column -> dialect.quote(column.name())).collect(Collectors.joining(", "));
        String values = key.stream().map(dialect::placeholder).collect(Collectors.joining(", "));
        StringBuilder sql = new StringBuilder(
                "SELECT " + names + ", 0 AS tally_place FROM " + dialect.quote(table.name()) + " WHERE 1 = 0");
        for (int i = first; i < first + number; i++) {
            sql.append(" UNION ALL SELECT ").append(values).append(", ").append(i);
        }
        return sql.toString();
    }
}
