package io.tallystick.bench.contender;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import javax.sql.DataSource;

/** One statement, one commit for every change. Thread-safe. */
final class OneCommitJournal implements HandWritten.Journal {
    private static final String EVENT = "INSERT INTO saga_event (saga, seq, step, kind) VALUES (?, ?, ?, ?)";
    private static final String FIRST = "WITH s AS (INSERT INTO saga (id, status, payload) VALUES (?, 0, ?)) " + EVENT;
    private static final String LAST = "WITH s AS (UPDATE saga SET status = 1 WHERE id = ?) " + EVENT;

    private final DataSource pool;
    private final Steps steps;

    OneCommitJournal(DataSource pool, Steps steps) {
        this.pool = pool;
        this.steps = steps;
    }

    @Override
    public void write(Change change) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            insert(connection, change);
        }
    }

    @Override
    public boolean perform(Change done) throws SQLException {
        if (!steps.workload().isLocal()) {
            if (!steps.act(done.step(), done.saga())) {
                return false;
            }
            write(done);
            return true;
        }
        try (Connection connection = pool.getConnection()) {
            connection.setAutoCommit(false);
            boolean accepted = steps.act(done.step(), done.saga(), connection);
            if (accepted) {
                insert(connection, done);
            }
            connection.commit();
            connection.setAutoCommit(true);
            return accepted;
        }
    }

    private static void insert(Connection connection, Change change) throws SQLException {
        String sql = change.isFirst() ? FIRST : change.last() ? LAST : EVENT;
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            int at = 1;
            if (change.isFirst() || change.last()) {
                statement.setLong(at++, change.saga());
            }
            if (change.isFirst()) {
                statement.setString(at++, "{\"number\":" + change.saga() + "}");
            }
            statement.setLong(at++, change.saga());
            statement.setInt(at++, change.seq());
            statement.setInt(at++, change.step());
            statement.setInt(at, change.kind());
            statement.executeUpdate();
        }
    }

    @Override
    public void close() {}
}
