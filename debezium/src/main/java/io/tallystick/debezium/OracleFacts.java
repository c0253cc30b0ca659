package io.tallystick.debezium;

import io.tallystick.cdc.TableName;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What an Oracle says about itself and the tables of a pipeline.
 *
 * @param logMode ARCHIVELOG or NOARCHIVELOG
 * @param minimalLogging whether supplemental logging is on at all
 * @param fullLogging whether all columns are logged for every table
 * @param tables those that exist
 */
record OracleFacts(String logMode, boolean minimalLogging, boolean fullLogging, Map<TableName, Table> tables) {

    OracleFacts {
        tables = Map.copyOf(tables);
    }

    /**
     * A table.
     *
     * @param fullLogging whether all its columns are logged
     * @param columns their types by name
     */
    record Table(boolean fullLogging, boolean primaryKey, Map<String, String> columns) {}

    /** @param connection in the pluggable database of the tables, where there is one */
    static OracleFacts read(Connection connection, Set<TableName> wanted) throws SQLException {
        Map<TableName, Table> tables = new LinkedHashMap<>();
        for (TableName table : wanted) {
            Map<String, String> columns = columns(connection, table);
            if (!columns.isEmpty()) {
                tables.put(
                        table,
                        new Table(
                                isThere(
                                        connection,
                                        "SELECT 1 FROM ALL_LOG_GROUPS WHERE OWNER = ? AND TABLE_NAME = ? AND LOG_GROUP_TYPE = 'ALL COLUMN LOGGING'",
                                        table),
                                isThere(
                                        connection,
                                        "SELECT 1 FROM ALL_CONSTRAINTS WHERE OWNER = ? AND TABLE_NAME = ? AND CONSTRAINT_TYPE = 'P'",
                                        table),
                                columns));
            }
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT LOG_MODE, SUPPLEMENTAL_LOG_DATA_MIN, SUPPLEMENTAL_LOG_DATA_ALL FROM V$DATABASE")) {
            row.next();
            return new OracleFacts(
                    row.getString(1), !"NO".equals(row.getString(2)), "YES".equals(row.getString(3)), tables);
        }
    }

    private static Map<String, String> columns(Connection connection, TableName table) throws SQLException {
        Map<String, String> columns = new TreeMap<>();
        each(
                connection,
                "SELECT COLUMN_NAME, DATA_TYPE FROM ALL_TAB_COLUMNS WHERE OWNER = ? AND TABLE_NAME = ?",
                table,
                row -> columns.put(row.getString(1), row.getString(2)));
        return columns;
    }

    private static boolean isThere(Connection connection, String query, TableName table) throws SQLException {
        List<String> found = new ArrayList<>();
        each(connection, query, table, row -> found.add(row.getString(1)));
        return !found.isEmpty();
    }

    private interface Reading {
        void of(ResultSet row) throws SQLException;
    }

    private static void each(Connection connection, String query, TableName table, Reading reading)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            statement.setString(1, table.schema());
            statement.setString(2, table.table());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    reading.of(rows);
                }
            }
        }
    }
}
