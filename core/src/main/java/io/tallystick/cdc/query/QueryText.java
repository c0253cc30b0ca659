package io.tallystick.cdc.query;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.ParameterBinder;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetRow;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A query on one table with its parameters, made from left to right. For one thread. */
final class QueryText {

    private final TargetDialect dialect;
    private final QueryTable table;
    private final StringBuilder text = new StringBuilder();
    private final List<Parameter> parameters = new ArrayList<>();
    private int limit;

    QueryText(TargetDialect dialect, QueryTable table) {
        this.dialect = dialect;
        this.table = table;
    }

    private record Parameter(int cell, Object value) {}

    /** All cells of rows. */
    QueryText select() {
        return select(
                IntStream.range(0, table.source().columns().size()).boxed().toList());
    }

    /** Some cells of rows, in this order. */
    QueryText select(List<Integer> cells) {
        text.append("SELECT ")
                .append(cells.stream()
                        .map(cell -> QueryCells.expression(dialect, table, cell, quoted(cell)))
                        .collect(Collectors.joining(", ")))
                .append(" FROM ")
                .append(dialect.quote(table.source().name()))
                .append(" WHERE ");
        return this;
    }

    QueryText add(String words) {
        text.append(words);
        return this;
    }

    QueryText cell(int cell) {
        text.append(quoted(cell));
        return this;
    }

    QueryText value(int cell, Object value) {
        text.append('?');
        parameters.add(new Parameter(cell, value));
        return this;
    }

    /** Equal to these values in each of these columns. */
    QueryText equal(List<Integer> cells, List<Object> values) {
        for (int i = 0; i < cells.size(); i++) {
            add(i == 0 ? "" : " AND ").cell(cells.get(i)).add(" = ").value(cells.get(i), values.get(i));
        }
        return this;
    }

    /**
     * Beyond these values in the order of these columns. Spelt out, since not every database uses an index for a comparison of tuples;
     * the first comparison is there for the index alone.
     *
     * @param strict {@code >} or {@code <}
     * @param end the comparison of the last column
     */
    QueryText beyond(List<Integer> cells, List<Object> values, String strict, String end) {
        cell(cells.get(0))
                .add(" " + strict + "= ")
                .value(cells.get(0), values.get(0))
                .add(" AND ");
        int last = cells.size() - 1;
        for (int i = 0; i < last; i++) {
            add("(").cell(cells.get(i)).add(" " + strict + " ").value(cells.get(i), values.get(i));
            add(" OR (")
                    .cell(cells.get(i))
                    .add(" = ")
                    .value(cells.get(i), values.get(i))
                    .add(" AND ");
        }
        cell(cells.get(last)).add(" " + end + " ").value(cells.get(last), values.get(last));
        return add("))".repeat(last));
    }

    QueryText inOrderOf(List<Integer> cells, int rows) {
        add(" ORDER BY ").add(cells.stream().map(this::quoted).collect(Collectors.joining(", ")));
        limit = rows;
        // what no standard name fits all databases for, the driver does
        return dialect == TargetDialect.STANDARD ? this : add(" LIMIT " + rows);
    }

    /** Only the first row, in an order that was added already. */
    QueryText first() {
        limit = 1;
        return dialect == TargetDialect.STANDARD ? this : add(" LIMIT 1");
    }

    PreparedStatement prepare(Connection connection) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(text.toString());
        ParameterBinder binder = new ParameterBinder(dialect, ConversionPolicy.standard());
        Row nothing = Row.over(new SourceTable(table.source().name(), List.of()), new byte[0])
                .build();
        int size = table.bound().columns().size();
        int index = 1;
        for (Parameter parameter : parameters) {
            int[] from = new int[size];
            Arrays.fill(from, TargetRow.COMPUTED);
            @Nullable Object[] values = new Object[size];
            values[parameter.cell] = parameter.value;
            binder.bind(statement, index++, table.bound(), new TargetRow(nothing, from, values), parameter.cell);
        }
        if (limit > 0) {
            statement.setMaxRows(limit);
        }
        return statement;
    }

    private String quoted(int cell) {
        return dialect.quote(table.source().columns().get(cell).name());
    }
}
