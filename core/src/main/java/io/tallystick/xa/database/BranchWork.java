package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the application has done on one branch's connection, through any number of handles. One thread at a time, save for {@link
 * #cut} and {@link #end}.
 */
final class BranchWork {

    private static final Logger LOG = LoggerFactory.getLogger(BranchWork.class);

    /** SQLState "invalid transaction state" (ISO 9075, class 25). */
    private static final String INVALID_STATE = "25000";

    private final String resource;
    private final Dialect dialect;
    private final Lease lease;

    /** In the order opened. Few are open at once, and the last is closed first: a search from the end finds it at once. */
    private final List<Statement> statements = new ArrayList<>(4);

    private volatile boolean ended;
    private volatile boolean cut;
    private boolean begun;
    private boolean mayHaveWritten;
    private boolean forgotten;
    private @Nullable SQLException firstError;

    BranchWork(String resource, Dialect dialect, Lease lease) {
        this.resource = resource;
        this.dialect = dialect;
        this.lease = lease;
    }

    /** A handle for the application. */
    Connection handle() {
        return ConnectionHandle.on(this);
    }

    Connection connection() {
        return lease.connection();
    }

    Connection pooled() {
        return lease.pooled();
    }

    /** Whether anything was executed at all. */
    boolean hasBegun() {
        return begun;
    }

    /** False when surely nothing but queries ran; a function called by a query may still have written. */
    boolean mayHaveWritten() {
        return mayHaveWritten;
    }

    /** The first error that a statement had, or the last deadlock, which undid all before it; the application may have gone on. */
    @Nullable
    SQLException firstError() {
        return firstError;
    }

    /** What a statement is about to do. */
    void about(SqlKind kind, @Nullable String sql) throws SQLException {
        if (kind == SqlKind.CONTROL) {
            throw refused(sql == null ? "this statement" : "'" + shortened(sql) + "'");
        }
        if (kind == SqlKind.FORGET) {
            forgotten = true;
            lease.useOnce();
        }
        begun = true;
        mayHaveWritten |= kind != SqlKind.QUERY;
    }

    /** Whether the session may lack by now what it was set up with. */
    boolean hasForgotten() {
        return forgotten;
    }

    /** Something is done that cannot be seen from here. */
    void outOfSight() {
        begun = true;
        mayHaveWritten = true;
    }

    SqlKind kindOf(String sql) {
        return SqlKind.of(sql, dialect);
    }

    void opened(Statement statement) {
        statements.add(statement);
    }

    void closed(Statement statement) {
        for (int i = statements.size() - 1; i >= 0; i--) {
            if (isSame(statements.get(i), statement)) {
                statements.remove(i);
                return;
            }
        }
    }

    @SuppressWarnings("ReferenceEquality") // what equals of somebody's driver says does not matter
    private static boolean isSame(Statement one, Statement other) {
        return one == other;
    }

    void checkOpen() throws SQLException {
        if (ended) {
            throw ended(null);
        }
    }

    boolean isEnded() {
        return ended;
    }

    /** The error as the application shall see it. */
    SQLException seen(SQLException error) {
        if (ended) {
            return ended(error);
        }
        if (firstError == null || SqlErrors.isDeadlock(error, dialect)) {
            firstError = error;
        }
        return error;
    }

    private SQLException ended(@Nullable SQLException cause) {
        if (cut) {
            return new SQLTimeoutException(
                    "the transaction ran out of time and is rolled back; its connection to " + resource
                            + " was cut. Begin a new transaction, with a longer time-out if the work needs it",
                    INVALID_STATE,
                    0,
                    cause);
        }
        return new SQLException(
                "the transaction of this connection to " + resource
                        + " has ended; ask the data source for a new connection in the next one",
                INVALID_STATE,
                0,
                cause);
    }

    SQLException refused(String what) {
        return new SQLException(
                what + " is refused on this connection to " + resource
                        + ": it takes part in a transaction over several resources, which only its coordinator ends."
                        + " Commit or roll back the transaction itself (UserTransaction, @Transactional,"
                        + " XaTransaction), or mark it rollback-only",
                INVALID_STATE);
    }

    /** The application must not touch the connection any more; what it left open is closed. Idempotent. */
    void end() {
        if (ended) {
            return;
        }
        ended = true;
        if (!lease.isSpoilt()) {
            closeStatements();
        }
    }

    private void closeStatements() {
        if (statements.isEmpty()) {
            return;
        }
        List<Statement> left = List.copyOf(statements);
        statements.clear();
        for (Statement statement : left) {
            try {
                statement.close();
            } catch (SQLException e) {
                LOG.debug("closing a statement that was left open failed; no outcome depends on it", e);
            }
        }
    }

    /** From another thread: the connection goes away under the application. */
    void cut() {
        cut = true;
        ended = true;
        lease.cut();
    }

    private static String shortened(String sql) {
        String line = sql.strip();
        return line.length() > 40 ? line.substring(0, 40) + "…" : line;
    }

    @Override
    public String toString() {
        return "branch on " + resource;
    }
}
