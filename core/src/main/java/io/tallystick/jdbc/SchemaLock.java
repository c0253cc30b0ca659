package io.tallystick.jdbc;

import java.sql.SQLException;
import java.sql.Statement;

/**
 * Holds off a second installer until everything is committed. On PostgreSQL the lock ends with the transaction; on MariaDB and MySQL,
 * where DDL ends transactions, it belongs to the session and is given back after the commit.
 */
final class SchemaLock implements AutoCloseable {

    private static final long POSTGRES_KEY = 0x74616c6c79L; // "tally"
    private static final int WAIT_SECONDS = 60;

    private final Tx tx;

    private SchemaLock(Tx tx) {
        this.tx = tx;
    }

    static SchemaLock take(Tx tx) {
        if (tx.dialect().isInnoDb()) {
            String take = "SELECT GET_LOCK(CONCAT('tally_schema:', DATABASE()), " + WAIT_SECONDS + ") AS taken";
            if (!tx.query(take, row -> row.bool("taken")).get(0)) {
                throw new UnavailableException("another installer has held the schema lock for " + WAIT_SECONDS
                        + " s; look for it in SHOW PROCESSLIST");
            }
        } else {
            tx.query("SELECT pg_advisory_xact_lock(" + POSTGRES_KEY + ")::text AS taken", row -> true);
        }
        return new SchemaLock(tx);
    }

    @Override
    public void close() throws SQLException {
        if (tx.dialect().isInnoDb()) {
            tx.connection().commit();
            // not through the transaction: a failed one takes no statement, and a pool would keep the lock for ever
            try (Statement release = tx.connection().createStatement()) {
                release.execute("SELECT RELEASE_LOCK(CONCAT('tally_schema:', DATABASE()))");
            }
        }
    }
}
