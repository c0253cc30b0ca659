package io.tallystick.xa.database;

import io.tallystick.jdbc.BranchFailure;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.xa.BranchXid;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The XA statements of MariaDB and MySQL (X/Open CAE C193, as SQL), and how several of them go out in one round trip: MariaDB takes
 * an anonymous block, which ends at the first error; MySQL has none, so they go out as a batch, which drivers may send at once, and
 * which goes on after an error. Names are written to MySQL in the form of {@link PrintableXid}. Neither needs the permission to send many statements as one text, which would open the application's
 * own statements to injected ones. Stateless.
 */
final class XaWords {

    /**
     * On MariaDB a session hides the branch that it has prepared from everybody. When its coordinator stands still, or its host is gone
     * without a word, the server lets go of it after these seconds instead of those of any transaction: what is prepared stays so, and
     * whoever recovers it may finish it.
     */
    static final int PREPARED_IDLE_SECONDS = 10;

    private static final String SOON = "SET @tally_idle = @@SESSION.idle_transaction_timeout,"
            + " SESSION idle_transaction_timeout = LEAST(@@SESSION.idle_transaction_timeout, " + PREPARED_IDLE_SECONDS
            + ")";
    private static final String AS_BEFORE =
            "SET SESSION idle_transaction_timeout = COALESCE(@tally_idle, @@SESSION.idle_transaction_timeout)";

    private final Dialect dialect;

    XaWords(Dialect dialect) {
        this.dialect = dialect;
    }

    void start(Connection on, BranchXid xid) throws SQLException {
        execute(on, "XA START " + name(xid));
    }

    void endAndPrepare(Connection on, BranchXid xid) throws SQLException {
        if (dialect == Dialect.MARIADB) {
            together(on, "XA END " + name(xid), "XA PREPARE " + name(xid), SOON);
            return;
        }
        // of a branch that could not be ended, PREPARE is refused: the batch may go on after an error
        together(on, "XA END " + name(xid), "XA PREPARE " + name(xid));
    }

    /** With a decision's INSERT in the same branch, if there is one. */
    void endAndCommit(Connection on, BranchXid xid, @Nullable String insert) throws SQLException {
        String end = "XA END " + name(xid);
        String commit = "XA COMMIT " + name(xid) + " ONE PHASE";
        if (insert == null) {
            together(on, end, commit);
        } else if (dialect == Dialect.MARIADB) {
            together(on, insert, end, commit);
        } else {
            // a batch would go on after a duplicate key and commit what the tombstone forbids
            execute(on, insert);
            together(on, end, commit);
        }
    }

    void endAndRollback(Connection on, BranchXid xid) throws SQLException {
        try {
            together(on, "XA END " + name(xid), "XA ROLLBACK " + name(xid));
        } catch (SQLException e) {
            // after a deadlock END is refused, and only ROLLBACK is left; a batch has sent it already
            rollbackIfThere(on, xid);
        }
    }

    /** On the session that began it, where "no such branch" is the truth. */
    void rollbackIfThere(Connection on, BranchXid xid) throws SQLException {
        try {
            finishHere(on, "XA ROLLBACK " + name(xid));
        } catch (SQLException e) {
            if (SqlErrors.branchFailure(e, dialect) != BranchFailure.ABSENT) {
                throw e;
            }
            if (dialect == Dialect.MARIADB) {
                execute(on, AS_BEFORE);
            }
        }
    }

    /** On the session that prepared it. */
    void commitHere(Connection on, BranchXid xid) throws SQLException {
        finishHere(on, "XA COMMIT " + name(xid));
    }

    private void finishHere(Connection on, String finish) throws SQLException {
        if (dialect == Dialect.MARIADB) {
            together(on, finish, AS_BEFORE);
        } else {
            execute(on, finish);
        }
    }

    void commit(Connection on, BranchXid xid) throws SQLException {
        execute(on, "XA COMMIT " + name(xid));
    }

    void rollback(Connection on, BranchXid xid) throws SQLException {
        execute(on, "XA ROLLBACK " + name(xid));
    }

    /** Of a local transaction. */
    void insertAndCommit(Connection on, String insert) throws SQLException {
        if (dialect == Dialect.MARIADB) {
            together(on, insert, "COMMIT");
        } else {
            execute(on, insert);
            commitLocal(on);
        }
    }

    void commitLocal(Connection on) throws SQLException {
        execute(on, "COMMIT");
    }

    void rollbackLocal(Connection on) throws SQLException {
        execute(on, "ROLLBACK");
    }

    static void execute(Connection on, String sql) throws SQLException {
        try (Statement statement = on.createStatement()) {
            statement.execute(sql);
        }
    }

    private void together(Connection on, String... statements) throws SQLException {
        if (dialect == Dialect.MARIADB) {
            execute(on, "BEGIN NOT ATOMIC " + String.join("; ", statements) + "; END");
            return;
        }
        try (Statement batch = on.createStatement()) {
            for (String sql : List.of(statements)) {
                batch.addBatch(sql);
            }
            batch.executeBatch();
        }
    }

    private String name(BranchXid xid) {
        return dialect == Dialect.MARIADB
                ? "X'" + xid.gtrid() + "',X'" + xid.qualifier() + "'," + BranchXid.FORMAT
                // in printable digits; see there why
                : "'" + xid.gtrid() + "','" + xid.qualifier() + "'," + BranchXid.FORMAT;
    }
}
