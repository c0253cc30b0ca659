package io.tallystick.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** A real error, made by real statements on a real server, and what {@link SqlErrors} says about it. */
record Provoked(SQLException error, Dialect dialect) {

    static Dialect dialectOf(TestDatabase db) {
        return Dialect.valueOf(db.engine().name());
    }

    static boolean isPostgres(TestDatabase db) {
        return db.engine() == Engine.POSTGRESQL;
    }

    static Provoked by(TestDatabase db, ThrowingCallable action) {
        SQLException error = catchThrowableOfType(SQLException.class, action);
        assertThat((Throwable) error).as("the statement was to fail on %s", db).isNotNull();
        return new Provoked(error, dialectOf(db));
    }

    static Provoked by(TestDatabase db, String sql) {
        return by(db, () -> {
            try (Connection connection = db.connect()) {
                execute(connection, sql);
            }
        });
    }

    static void execute(Connection connection, String... statements) throws SQLException {
        for (String sql : statements) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    static Connection transaction(TestDatabase db) throws SQLException {
        Connection connection = db.connect();
        connection.setAutoCommit(false);
        return connection;
    }

    void means(SqlFailure expected) {
        means(expected, false);
    }

    void meansInCommit(SqlFailure expected) {
        means(expected, true);
    }

    private void means(SqlFailure expected, boolean duringCommit) {
        assertThat(SqlErrors.classify(error, dialect, duringCommit))
                .as("%s: SQLState %s, code %d, %s", dialect, error.getSQLState(), error.getErrorCode(), error)
                .isEqualTo(expected);
    }
}
