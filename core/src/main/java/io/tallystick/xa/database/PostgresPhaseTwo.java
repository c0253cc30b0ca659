package io.tallystick.xa.database;

import io.tallystick.jdbc.BranchFailure;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** COMMIT PREPARED and ROLLBACK PREPARED, and what their answers mean. No error is final: only the server's own evidence is. Stateless. */
final class PostgresPhaseTwo {

    private static final String FATE = "SELECT pg_xact_status(CAST(? AS xid8)), " + PostgresSession.INCARNATION;

    private PostgresPhaseTwo() {}

    /** What the server said, and whether the connection may still be used. */
    record Answer(Ack ack, boolean clean) {}

    /** On a connection in autocommit mode: PostgreSQL allows neither within a transaction. */
    static Answer finish(Connection connection, boolean commit, BranchXid xid, String hint) {
        return finish(connection, commit, xid, hint, null);
    }

    /** As above, and all of it within what is left; null leaves the connection's own limit, for each statement. */
    static Answer finish(
            Connection connection, boolean commit, BranchXid xid, String hint, @Nullable BudgetRuntime left) {
        String gid = PostgresGid.of(xid);
        try (Statement statement = connection.createStatement()) {
            bound(connection, left);
            statement.execute((commit ? "COMMIT PREPARED '" : "ROLLBACK PREPARED '") + gid + "'");
            return new Answer(new Ack.Done(), true);
        } catch (SQLException e) {
            BranchFailure failure = SqlErrors.branchFailure(e, Dialect.POSTGRESQL);
            if (failure == BranchFailure.ABSENT) {
                return absent(connection, commit, hint, left);
            }
            return new Answer(new Ack.Retry(advice(failure, gid) + SqlErrors.describe(e, Dialect.POSTGRESQL)), false);
        }
    }

    private static String advice(BranchFailure failure, String gid) {
        return switch (failure) {
            case FORBIDDEN ->
                "prepared transaction '" + gid
                        + "' belongs to another role (owner in pg_prepared_xacts): connect as that"
                        + " role, or as a superuser. ";
            case UNSUPPORTED ->
                "prepared transaction '" + gid + "' belongs to another database of this server (database in"
                        + " pg_prepared_xacts): correct the URL of the resource. ";
            case NOT_NOW -> "prepared transaction '" + gid + "' is just being finished by another session. ";
            default -> "";
        };
    }

    private static void bound(Connection connection, @Nullable BudgetRuntime left) throws SQLException {
        if (left != null) {
            left.bound(connection);
        }
    }

    private static Answer absent(Connection connection, boolean commit, String hint, @Nullable BudgetRuntime left) {
        Optional<Fate> fate;
        try {
            bound(connection, left);
            fate = fate(connection, hint);
        } catch (SQLException e) {
            return new Answer(
                    new Ack.Retry(
                            "absent, and its fate could not be asked: " + SqlErrors.describe(e, Dialect.POSTGRESQL)),
                    false);
        }
        if (fate.isEmpty()) {
            return new Answer(new Ack.Absent(), true);
        }
        Ack ack = switch (fate.get()) {
            case COMMITTED -> commit ? new Ack.Done() : heuristic(Ack.Found.COMMITTED, hint);
            case ABORTED -> commit ? heuristic(Ack.Found.ROLLED_BACK, hint) : new Ack.Done();
            case IN_PROGRESS ->
                new Ack.Retry("no prepared transaction, yet transaction " + hint
                        + " is in progress: another session is preparing or finishing it");
        };
        return new Answer(ack, true);
    }

    private static Ack heuristic(Ack.Found found, String hint) {
        return new Ack.Heuristic(
                found,
                "pg_xact_status says that transaction " + hint + " has "
                        + (found == Ack.Found.COMMITTED ? "committed" : "been rolled back"));
    }

    /** How a transaction ended, by the commit log; nothing when this database cannot know it, or not any more. */
    static Optional<Fate> fate(Connection connection, String hint) throws SQLException {
        Optional<PostgresHint> given = PostgresHint.read(hint);
        if (given.isEmpty()) {
            return Optional.empty();
        }
        try (PreparedStatement statement = connection.prepareStatement(FATE)) {
            statement.setString(1, given.get().xid8());
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                boolean known = row.getString(1) != null && given.get().wasGivenBy(String.valueOf(row.getString(2)));
                return known ? Optional.of(Fate.of(row.getString(1))) : Optional.empty();
            }
        } catch (SQLException e) {
            if (SqlErrors.branchFailure(e, Dialect.POSTGRESQL) == BranchFailure.LOST) {
                throw e;
            }
            // a number that this database has not given yet: it was promoted, or restored, without that transaction
            return Optional.empty();
        }
    }

    /** The words of pg_xact_status. */
    enum Fate {
        COMMITTED,
        ABORTED,
        IN_PROGRESS;

        private static Fate of(String word) {
            return switch (word) {
                case "committed" -> COMMITTED;
                case "aborted" -> ABORTED;
                default -> IN_PROGRESS;
            };
        }
    }
}
