package io.tallystick.cdc.replicator;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.sql.Statement;

/** What a target checks in one session, and when: foreign keys, and what it would look at only at COMMIT. For one thread. */
final class ConstraintChecks {

    private final Tx tx;
    private boolean checksForeignKeys = true;

    ConstraintChecks(Tx tx) {
        this.tx = tx;
    }

    /** Whether this database has constraints that it looks at only at COMMIT, and can be told to look before. */
    boolean checksLate() {
        return tx.dialect() == Dialect.POSTGRESQL
                && tx.query(
                                "SELECT EXISTS (SELECT 1 FROM pg_constraint WHERE condeferred) AS late",
                                row -> row.bool("late"))
                        .get(0);
    }

    /**
     * Has PostgreSQL look now at what it would look at only at COMMIT. What comes after this in the transaction is looked at when it is
     * asked again, or at COMMIT; so are constraints that could wait and did not.
     *
     * @throws SQLException also when it refuses what was written
     */
    void checkLate() throws SQLException {
        try (Statement statement = tx.connection().createStatement()) {
            statement.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED");
        }
    }

    boolean checksForeignKeys() {
        return checksForeignKeys;
    }

    /**
     * Has the database look at foreign keys from now on, or not; to be called between two transactions. PostgreSQL has no other way
     * than the one of its own replication, by which triggers rest as well.
     *
     * @return false when the user may not, and everything stays as it was
     */
    boolean checkForeignKeys(boolean checked) {
        String setting = tx.dialect().isInnoDb()
                ? "SET SESSION foreign_key_checks = " + (checked ? 1 : 0)
                : "SET session_replication_role = " + (checked ? "DEFAULT" : "replica");
        try (Statement statement = tx.connection().createStatement()) {
            statement.execute(setting);
            tx.connection().commit();
            checksForeignKeys = checked;
            return true;
        } catch (SQLException e) {
            if (SqlErrors.isMissingPrivilege(e, tx.dialect())) {
                return undone();
            }
            throw SqlErrors.translate(e, tx.dialect(), false, setting);
        }
    }

    private boolean undone() {
        try {
            tx.connection().rollback();
            return false;
        } catch (SQLException e) {
            throw SqlErrors.translate(e, tx.dialect(), false, "going on with foreign keys checked");
        }
    }

    /** The same within a transaction, for some statements of it; where it is rolled back the session ends with it. */
    void lookAtForeignKeys(boolean checked) throws SQLException {
        try (Statement statement = tx.connection().createStatement()) {
            statement.execute(
                    tx.dialect().isInnoDb()
                            ? "SET SESSION foreign_key_checks = " + (checked ? 1 : 0)
                            : "SET LOCAL session_replication_role = " + (checked ? "DEFAULT" : "replica"));
        }
    }
}
