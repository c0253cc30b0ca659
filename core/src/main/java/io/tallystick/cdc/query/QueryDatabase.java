package io.tallystick.cdc.query;

import io.tallystick.cdc.TargetDialect;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.Objects;
import javax.sql.DataSource;

/**
 * Short reading visits to the source, each in a transaction that sees one moment where the database has such, and that is always rolled
 * back. Takes no locks and writes nothing. Thread-safe.
 */
class QueryDatabase {

    private final DataSource dataSource;
    private final String name;

    QueryDatabase(DataSource dataSource, String name) {
        this.dataSource = dataSource;
        this.name = name;
    }

    /** What is done during a visit. */
    @FunctionalInterface
    interface Visit<T> {
        T with(Connection connection, TargetDialect dialect) throws SQLException;
    }

    DataSource dataSource() {
        return dataSource;
    }

    String name() {
        return name;
    }

    /** @throws io.tallystick.jdbc.TallystickException what the database's error means */
    <T> T visit(String what, Visit<T> visit) {
        Dialect dialect = Dialect.POSTGRESQL;
        try (Connection connection = dataSource.getConnection()) {
            TargetDialect found = TargetDialect.of(connection);
            dialect = wordsOf(found);
            boolean autocommit = connection.getAutoCommit();
            connection.setAutoCommit(true);
            connection.setReadOnly(true);
            if (connection.getMetaData().supportsTransactionIsolationLevel(Connection.TRANSACTION_REPEATABLE_READ)) {
                connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            }
            connection.setAutoCommit(false);
            if (found == TargetDialect.POSTGRESQL) {
                inStandardSpelling(connection);
            }
            try {
                return visit.with(connection, found);
            } finally {
                connection.rollback();
                connection.setReadOnly(false);
                connection.setAutoCommit(autocommit);
            }
        } catch (SQLException e) {
            throw SqlErrors.translate(e, dialect, false, what + " at " + name);
        }
    }

    private static void inStandardSpelling(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL intervalstyle = 'iso_8601'");
        }
    }

    /** By whose codes an error is read; a database without a dialect of its own is judged by the standard's states. */
    private static Dialect wordsOf(TargetDialect dialect) {
        return switch (dialect) {
            case MARIADB -> Dialect.MARIADB;
            case MYSQL -> Dialect.MYSQL;
            case POSTGRESQL, H2, STANDARD -> Dialect.POSTGRESQL;
        };
    }

    /**
     * The database's own clock, not later than what the visit will see. To be asked first: the visit's moment may be fixed by this, and in
     * PostgreSQL the answer is the beginning of the transaction.
     */
    Instant clock(Connection connection, TargetDialect dialect) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(clockQuery(connection, dialect))) {
            row.next();
            if (dialect.isMySqlFamily()) {
                return row.getObject(1, LocalDateTime.class).toInstant(ZoneOffset.UTC);
            }
            return dialect == TargetDialect.STANDARD
                    ? Objects.requireNonNull(row.getTimestamp(1)).toInstant()
                    : row.getObject(1, OffsetDateTime.class).toInstant();
        }
    }

    private static String clockQuery(Connection connection, TargetDialect dialect) throws SQLException {
        if (dialect.isMySqlFamily()) {
            return "SELECT UTC_TIMESTAMP(6)";
        }
        boolean oracle = dialect == TargetDialect.STANDARD
                && connection
                        .getMetaData()
                        .getDatabaseProductName()
                        .toLowerCase(Locale.ROOT)
                        .contains("oracle");
        return oracle ? "SELECT CURRENT_TIMESTAMP FROM DUAL" : "SELECT CURRENT_TIMESTAMP";
    }
}
