package io.tallystick.bench.cdc;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Objects;

/** Whether two tables hold the same rows, read side by side in the order of their keys, cell by cell. */
final class Comparison {
    private static final int ROWS_AT_ONCE = 10_000;

    private final Shape shape;
    private final TestDatabase source;
    private final TestDatabase target;

    Comparison(Shape shape, TestDatabase source, TestDatabase target) {
        this.shape = shape;
        this.source = source;
        this.target = target;
    }

    /** Throws at the first difference. Returns the number of rows. */
    long check() throws SQLException {
        try (Connection here = source.connect();
                Connection there = target.connect();
                ResultSet expected = rows(here, source.engine());
                ResultSet found = rows(there, target.engine())) {
            long rows = 0;
            while (expected.next()) {
                if (!found.next()) {
                    throw new IllegalStateException(
                            "the target has " + rows + " rows and lacks id " + expected.getString(1));
                }
                compare(expected, found);
                rows++;
            }
            if (found.next()) {
                throw new IllegalStateException("the target has id " + found.getString(1) + " that the source has not");
            }
            return rows;
        }
    }

    private static void compare(ResultSet expected, ResultSet found) throws SQLException {
        int columns = expected.getMetaData().getColumnCount();
        for (int i = 1; i <= columns; i++) {
            String here = expected.getString(i);
            String there = found.getString(i);
            if (!Objects.equals(here, there)) {
                throw new IllegalStateException("row " + expected.getString(1) + ", "
                        + expected.getMetaData().getColumnLabel(i) + ": expected " + here + ", found " + there);
            }
        }
    }

    private ResultSet rows(Connection connection, Engine asked) throws SQLException {
        connection.setAutoCommit(false); // PostgreSQL's driver reads by portions only in a transaction
        Statement statement = connection.createStatement();
        statement.setFetchSize(ROWS_AT_ONCE);
        statement.closeOnCompletion();
        return statement.executeQuery(
                "SELECT " + shape.columns(source.engine(), target.engine(), asked) + " FROM bench ORDER BY id");
    }
}
