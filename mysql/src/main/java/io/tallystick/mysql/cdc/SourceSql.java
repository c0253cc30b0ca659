package io.tallystick.mysql.cdc;

import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.mysql.MySqlDataSources;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Asks the source by SQL, on a connection of its own for each visit. Thread-safe. */
final class SourceSql {

    private final ConnectionSettings settings;

    SourceSql(ConnectionSettings settings) {
        this.settings = settings;
    }

    ConnectionSettings settings() {
        return settings;
    }

    /** Does some work on a new connection and closes it. */
    <T> T visit(String what, Work<T> work) {
        try (Connection connection = MySqlDataSources.connect(settings, Map.of())) {
            return work.on(connection);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, Dialect.MARIADB, false, what);
        }
    }

    /** All rows of a query, each as its columns' text; NULL becomes the empty text. */
    static List<List<String>> rows(Connection connection, String sql, Object... parameters) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                query.setObject(i + 1, parameters[i]);
            }
            try (ResultSet found = query.executeQuery()) {
                List<List<String>> rows = new ArrayList<>();
                while (found.next()) {
                    rows.add(row(found));
                }
                return rows;
            }
        }
    }

    /** The first column of the first row; the empty text when there is none. */
    static String value(Connection connection, String sql, Object... parameters) throws SQLException {
        List<List<String>> rows = rows(connection, sql, parameters);
        return rows.isEmpty() ? "" : rows.get(0).get(0);
    }

    private static List<String> row(ResultSet found) throws SQLException {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= found.getMetaData().getColumnCount(); i++) {
            String text = found.getString(i);
            row.add(text == null ? "" : text);
        }
        return row;
    }

    /** What is done on a connection. */
    interface Work<T> {

        T on(Connection connection) throws SQLException;
    }
}
