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

/** Asks a target which keys of one of its tables it takes for equal, however they are spelt. For one connection. */
final class SameKeys {

    private static final int AT_ONCE = 100;

    private final Connection connection;
    private final TargetDialect dialect;
    private final ParameterBinder binder;

    SameKeys(Connection connection) throws SQLException {
        this.connection = connection;
        this.dialect = TargetDialect.of(connection);
        this.binder = new ParameterBinder(dialect, ConversionPolicy.standard());
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

    /** In a union with the table's own columns the values are of their types, and compared as the columns are. */
    private String sql(TargetTable table, int first, int others) {
        List<TargetColumn> key = table.key().stream().map(table.columns()::get).toList();
        String names = key.stream().map(column -> dialect.quote(column.name())).collect(Collectors.joining(", "));
        String values = key.stream().map(dialect::placeholder).collect(Collectors.joining(", "));
        StringBuilder sql = new StringBuilder("SELECT t.tally_place FROM (SELECT " + names + ", 0 AS tally_place FROM "
                + dialect.quote(table.name()) + " WHERE 1 = 0");
        for (int i = first; i < first + others; i++) {
            sql.append(" UNION ALL SELECT ").append(values).append(", ").append(i);
        }
        return sql.append(") t WHERE ")
                .append(key.stream()
                        .map(column -> "t." + dialect.quote(column.name()) + " = " + dialect.placeholder(column))
                        .collect(Collectors.joining(" AND ")))
                .append(" ORDER BY 1")
                .toString();
    }
}
