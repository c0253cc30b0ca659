package io.tallystick.postgres.cdc;

import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A target's table as its rows have to look on the wire.
 *
 * @param rowType oid of the table's row type
 * @param rowArray oid of the array of the table's row type; 0 when a row without all cells is no value of it
 * @param attributes all columns of the table, in its order
 * @param takesCopy whether COPY may write it: not with row-level security or rules
 */
record TargetLayout(int rowType, int rowArray, List<Attribute> attributes, boolean takesCopy) {

    private static final String TABLE = """
            SELECT r.oid::int8, r.typarray::int8, row_security_active(c.oid) OR c.relhasrules,
                   EXISTS (SELECT FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid
                           WHERE a.attrelid = c.oid AND t.typtype = 'd' AND NOT a.attisdropped AND a.attnum > 0)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type r ON r.oid = c.reltype
            WHERE n.nspname = ? AND c.relname = ?
            """;

    private static final String ATTRIBUTES = """
            SELECT a.attname, t.oid::int8, t.typarray::int8, p.proname::text
            FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid LEFT JOIN pg_proc p ON p.oid = t.typsend
                 JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ? AND c.relname = ? AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum
            """;

    private static final String REFERENCED = """
            SELECT EXISTS (SELECT FROM pg_constraint k WHERE k.contype = 'f' AND k.confrelid = c.oid)
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ? AND c.relname = ?
            """;

    /**
     * A column of the table.
     *
     * @param cell the cell of a route's row that belongs here; −1 when the route does not write it
     * @param type its oid; that of a domain, not of what is below it
     * @param form null when values can be sent as text only
     */
    record Attribute(
            int cell, int type, int array, @Nullable BinaryForm form) {}

    static TargetLayout read(Connection connection, TargetTable table) throws SQLException {
        List<Attribute> attributes = attributes(connection, table);
        try (PreparedStatement statement = connection.prepareStatement(TABLE)) {
            name(statement, table);
            try (ResultSet rows = statement.executeQuery()) {
                if (!rows.next()) {
                    return new TargetLayout(0, 0, List.of(), false);
                }
                // a domain may refuse the NULLs that stand for cells not written
                int rowArray = rows.getBoolean(4) ? 0 : (int) rows.getLong(2);
                return new TargetLayout((int) rows.getLong(1), rowArray, attributes, !rows.getBoolean(3));
            }
        }
    }

    /** Whether a foreign key points to this table. */
    static boolean isReferenced(Connection connection, TargetTable table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REFERENCED)) {
            name(statement, table);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() && rows.getBoolean(1);
            }
        }
    }

    private static List<Attribute> attributes(Connection connection, TargetTable table) throws SQLException {
        List<String> names = table.columns().stream().map(TargetColumn::name).toList();
        List<Attribute> attributes = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(ATTRIBUTES)) {
            name(statement, table);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    String send = rows.getString(4);
                    attributes.add(new Attribute(
                            names.indexOf(rows.getString(1)),
                            (int) rows.getLong(2),
                            (int) rows.getLong(3),
                            send == null ? null : BinaryForm.of(send)));
                }
            }
        }
        return List.copyOf(attributes);
    }

    private static void name(PreparedStatement statement, TargetTable table) throws SQLException {
        statement.setString(1, table.name().schema());
        statement.setString(2, table.name().table());
    }

    Attribute of(int cell) {
        return attributes.stream()
                .filter(attribute -> attribute.cell() == cell)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no column for cell " + cell));
    }
}
