package io.tallystick.xa.database;

import io.tallystick.jdbc.BranchFailure;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchXid;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and finishes prepared branches of MariaDB and MySQL by their names, outside of any transaction. A session that is still
 * attached to a branch hides it from all others: they are told "no such branch" (XAER_NOTA) although XA RECOVER lists it. Such a
 * session is ended, if it is known and really ours. Thread-safe.
 */
final class InnoDbFinisher {

    private static final Logger LOG = LoggerFactory.getLogger(InnoDbFinisher.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(2);

    private final BranchPool pool;
    private final Dialect dialect;
    private final XaWords words;

    InnoDbFinisher(BranchPool pool, XaWords words) {
        this.pool = pool;
        this.dialect = pool.dialect();
        this.words = words;
    }

    BranchPool pool() {
        return pool;
    }

    XaWords words() {
        return words;
    }

    Ack finish(boolean commit, BranchXid xid, String hint, Duration budget) {
        BudgetRuntime left = BudgetRuntime.of(budget);
        Connection connection;
        try {
            connection = pool.outside(left.left());
        } catch (SQLException e) {
            return new Ack.Retry(SqlErrors.describe(e, dialect));
        }
        boolean sound = false;
        try {
            Ack ack = new Attempt(connection, commit, xid, left).perform(hint);
            sound = !(ack instanceof Ack.Retry);
            return ack;
        } catch (SQLException e) {
            return new Ack.Retry(SqlErrors.describe(e, dialect));
        } finally {
            pool.giveBackOutside(connection, !sound);
        }
    }

    /** All of ours that the server knows as prepared. */
    List<PreparedBranch> prepared() {
        try (Connection connection = pool.outside()) {
            return list(connection);
        } catch (SQLException e) {
            // XAER_RMERR here is MySQL's way to say that a right is missing
            String right = SqlErrors.branchFailure(e, dialect) == BranchFailure.LOST && dialect == Dialect.MYSQL
                    ? "; if the right is missing: GRANT XA_RECOVER_ADMIN ON *.* TO the user of this resource"
                    : "";
            TallystickException translated = SqlErrors.translate(e, dialect, false, "XA RECOVER");
            throw new UnavailableException(
                    "the prepared branches of " + pool + " cannot be listed: " + translated.getMessage() + right, e);
        }
    }

    static List<PreparedBranch> list(Connection connection) throws SQLException {
        List<PreparedBranch> found = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("XA RECOVER")) {
            while (rows.next()) {
                byte[] data = rows.getBytes(4);
                int gtrid = rows.getInt(2);
                PrintableXid.read(
                                rows.getInt(1),
                                Arrays.copyOfRange(data, 0, gtrid),
                                Arrays.copyOfRange(data, gtrid, gtrid + rows.getInt(3)))
                        .ifPresent(xid -> found.add(new PreparedBranch(xid, null)));
            }
        }
        return found;
    }

    /** One order for one branch on one connection. */
    private final class Attempt {

        private final Connection connection;
        private final boolean commit;
        private final BranchXid xid;
        private final BudgetRuntime left;

        Attempt(Connection connection, boolean commit, BranchXid xid, BudgetRuntime left) {
            this.connection = connection;
            this.commit = commit;
            this.xid = xid;
            this.left = left;
        }

        Ack perform(String hint) throws SQLException {
            Ack ack = once();
            if (!(ack instanceof Ack.Absent) || !isListed()) {
                return ack;
            }
            ServerSession owner = ServerSession.parse(hint).orElse(null);
            if (owner == null || owner.detaches()) {
                return new Ack.Retry(
                        "a session that is not known holds " + xid + " and hides it; the server ends it when"
                                + " it has been idle in the transaction for too long");
            }
            left.bound(connection);
            if (InnoDbSessions.kill(connection, owner)) {
                LOG.warn("{}: ended session {}, which hid the prepared branch {}", pool, owner, xid);
            }
            return afterTheOwner(owner);
        }

        /** A session that was ended lets go of its branch a moment later. */
        private Ack afterTheOwner(ServerSession owner) throws SQLException {
            for (Duration pause = FIRST_PAUSE; pause.compareTo(left.left()) < 0; pause = pause.multipliedBy(2)) {
                Ack ack = once();
                if (!(ack instanceof Ack.Absent) || !isListed()) {
                    return ack;
                }
                LockSupport.parkNanos(pause.toNanos());
            }
            return new Ack.Retry("session " + owner + " still hides " + xid + " although it has been ended");
        }

        private Ack once() throws SQLException {
            left.bound(connection);
            try {
                if (commit) {
                    words.commit(connection, xid);
                } else {
                    words.rollback(connection, xid);
                }
                return new Ack.Done();
            } catch (SQLException e) {
                return judged(e);
            }
        }

        private Ack judged(SQLException error) throws SQLException {
            String said = SqlErrors.describe(error, dialect);
            return switch (SqlErrors.branchFailure(error, dialect)) {
                case ABSENT -> new Ack.Absent();
                case ROLLED_BACK -> rolledBack(said);
                case NAME_TAKEN, NOT_NOW, FORBIDDEN, UNSUPPORTED, LOST, REFUSED -> new Ack.Retry(said);
            };
        }

        /** Still listed, it was only in the way of something else. */
        private Ack rolledBack(String said) throws SQLException {
            if (isListed()) {
                return new Ack.Retry(said);
            }
            // a prepared branch that wrote nothing and whose session has ended is answered so by MariaDB: nothing is
            // lost
            boolean wroteNothing = dialect == Dialect.MARIADB;
            return !commit || wroteNothing ? new Ack.Done() : new Ack.Heuristic(Ack.Found.ROLLED_BACK, said);
        }

        private boolean isListed() throws SQLException {
            left.bound(connection);
            return list(connection).stream().anyMatch(found -> found.xid().names(xid));
        }
    }
}
