package io.tallystick.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs work in transactions over a {@link DataSource}: READ COMMITTED, committed when the work returns, rolled back on any exception.
 * Every {@link SQLException} leaves as a {@link TallystickException}, so a caller never guesses what a code meant; a commit whose
 * answer was lost is an {@link UnknownOutcomeException}. Thread-safe; it keeps no connection between calls.
 */
public final class Jdbc {

    private static final Logger LOG = LoggerFactory.getLogger(Jdbc.class);

    private final DataSource dataSource;
    private final @Nullable Dialect given;
    private volatile @Nullable SessionKind learnt;

    private Jdbc(DataSource dataSource, @Nullable Dialect given) {
        this.dataSource = dataSource;
        this.given = given;
    }

    /** Asks the server on first use which database it is; does not connect here. */
    public static Jdbc on(DataSource dataSource) {
        return new Jdbc(dataSource, null);
    }

    public static Jdbc on(DataSource dataSource, Dialect dialect) {
        return new Jdbc(dataSource, dialect);
    }

    /**
     * The database's dialect; connects when it was neither given nor asked for before.
     *
     * @throws UnavailableException when the database cannot be reached; names the URL without its password
     * @throws RejectedException on a wrong password or a database of another kind
     */
    public Dialect dialect() {
        SessionKind kind = learnt;
        if (kind != null) {
            return kind.dialect();
        }
        if (given != null) {
            return given;
        }
        Connection connection = open();
        try {
            return kind(connection).dialect();
        } finally {
            close(connection);
        }
    }

    public DataSource dataSource() {
        return dataSource;
    }

    /**
     * Runs the work in one transaction and commits it. A checked exception of the work arrives as the cause of a {@link
     * RejectedException}, a runtime exception as it is; both after the rollback.
     *
     * @throws UnknownOutcomeException when the connection was lost during COMMIT
     */
    public <T extends @Nullable Object> T inTransaction(TxWork<T> work) {
        Connection connection = open();
        Tx tx;
        T result;
        try {
            tx = begin(connection);
            result = call(work, tx);
            commit(tx);
        } catch (Throwable e) {
            rollback(connection, e);
            throw e;
        } finally {
            close(connection);
        }
        tx.commitHooks().forEach(Jdbc::runHook);
        return result;
    }

    /** {@link #inTransaction} for work without result. */
    public void run(TxTask work) {
        inTransaction(tx -> {
            work.run(tx);
            return tx;
        });
    }

    /**
     * {@link #inTransaction}, repeated on {@link ConflictException} after a random pause whose bound doubles up to one second. The
     * work must touch nothing but the transaction.
     *
     * @param attempts at least 1; the last conflict is thrown
     */
    public <T extends @Nullable Object> T withRetryOnConflict(int attempts, TxWork<T> work) {
        if (attempts < 1) {
            throw new IllegalArgumentException("attempts must be at least 1, found " + attempts);
        }
        for (int attempt = 1; ; attempt++) {
            try {
                return inTransaction(work);
            } catch (ConflictException e) {
                if (attempt == attempts || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                PauseRuntime.afterAttempt(attempt);
            }
        }
    }

    /**
     * Runs single statements without a transaction around them: each is committed by itself, so a connection lost in a writing one
     * is an {@link UnknownOutcomeException}.
     */
    public <T extends @Nullable Object> T autocommit(TxWork<T> work) {
        Connection connection = open();
        try {
            Dialect dialect = kind(connection).dialect();
            setAutocommit(connection, dialect);
            return call(work, Tx.autocommit(connection, dialect));
        } finally {
            close(connection);
        }
    }

    /**
     * Runs a text that is a transaction of its own, from its beginning to its COMMIT, in one round trip. It must set the isolation
     * that it needs, and COMMIT only when everything before it succeeded.
     *
     * @param what says in messages what was being done; the text stays out of them, because values are written into it
     * @throws UnknownOutcomeException when the connection was lost before the answer came
     */
    public void wholeTransaction(String sql, String what) {
        Connection connection = open();
        try {
            Tx.owned(connection, kind(connection).dialect()).endWith(sql, what);
        } finally {
            close(connection);
        }
    }

    private Connection open() {
        String what = "cannot connect to ";
        try {
            return dataSource.getConnection();
        } catch (SQLException e) {
            String target = what + ConnectionTarget.of(dataSource);
            throw given == null
                    ? SqlErrors.beforeDialectIsKnown(e, target)
                    : SqlErrors.translate(e, given, false, target);
        }
    }

    private SessionKind kind(Connection connection) {
        SessionKind kind = learnt;
        if (kind != null) {
            return kind;
        }
        try {
            kind = SessionKind.of(connection, dataSource, given);
        } catch (SQLException e) {
            throw SqlErrors.beforeDialectIsKnown(e, "asking " + ConnectionTarget.of(dataSource) + " what it is");
        }
        learnt = kind;
        return kind;
    }

    private Tx begin(Connection connection) {
        SessionKind kind = kind(connection);
        try {
            kind.begin(connection);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, kind.dialect(), false, "beginning a transaction");
        }
        return Tx.owned(connection, kind.dialect());
    }

    private static void setAutocommit(Connection connection, Dialect dialect) {
        try {
            if (!connection.getAutoCommit()) {
                connection.setAutoCommit(true);
            }
        } catch (SQLException e) {
            throw SqlErrors.translate(e, dialect, false, "switching to autocommit");
        }
    }

    private static <T extends @Nullable Object> T call(TxWork<T> work, Tx tx) {
        try {
            return work.run(tx);
        } catch (RuntimeException e) {
            throw e;
        } catch (SQLException e) {
            throw SqlErrors.translate(e, tx.dialect(), tx.isAutocommit(), "work in the transaction");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted in the middle of a transaction, which was rolled back", e);
        } catch (Exception e) {
            throw new RejectedException("the work failed and its transaction was rolled back: " + e, e);
        }
    }

    private static void commit(Tx tx) {
        try {
            tx.commit();
        } catch (SQLException e) {
            throw SqlErrors.translate(e, tx.dialect(), true, "COMMIT");
        }
    }

    private static void rollback(Connection connection, Throwable cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // a lost connection is rolled back by its server; the cause is what the caller must see
            cause.addSuppressed(e);
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            LOG.debug("closing a connection failed; the transaction's outcome does not depend on it", e);
        }
    }

    private static void runHook(Runnable hook) {
        try {
            hook.run();
        } catch (RuntimeException e) {
            LOG.warn("a hook after commit failed; the transaction stays committed", e);
        }
    }
}
