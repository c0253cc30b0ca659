package io.tallystick.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One open transaction on one connection. It never commits, rolls back or closes: that is for {@link Jdbc}, or for the caller whose
 * connection was joined by {@link #of}. Every {@link SQLException} leaves as a {@link TallystickException}; after one the
 * transaction takes no further statement and can only be rolled back, on every database. Not thread-safe.
 *
 * <p>Parameters may be String, numbers, Boolean, byte[], {@link java.time.Instant}, {@link java.util.UUID}, enums (by name) and null.
 */
public final class Tx {

    /** What {@link Dialect#insertFirst} hands back as the generated key when the row was there; no sequence gets this far. */
    static final long EXISTED = 9_007_199_254_740_991L;

    private static final int INSERT_FIRST_ATTEMPTS = 5;

    private final Connection connection;
    private final Dialect dialect;
    private final boolean autocommit;
    private final @Nullable List<Runnable> afterCommit;
    private boolean touched;
    private @Nullable TallystickException doom;

    private Tx(Connection connection, Dialect dialect, boolean autocommit, @Nullable List<Runnable> afterCommit) {
        this.connection = connection;
        this.dialect = dialect;
        this.autocommit = autocommit;
        this.afterCommit = afterCommit;
    }

    /** Joins the caller's transaction; the caller commits and closes. */
    public static Tx of(Connection connection, Dialect dialect) {
        return new Tx(connection, dialect, isAutocommit(connection), null);
    }

    /** Joins the caller's transaction and asks the server what it is. */
    public static Tx of(Connection connection) {
        return of(connection, Dialect.of(connection));
    }

    static Tx owned(Connection connection, Dialect dialect) {
        return new Tx(connection, dialect, false, new ArrayList<>());
    }

    static Tx autocommit(Connection connection, Dialect dialect) {
        return new Tx(connection, dialect, true, null);
    }

    private static boolean isAutocommit(Connection connection) {
        try {
            return connection.getAutoCommit();
        } catch (SQLException e) {
            throw SqlErrors.beforeDialectIsKnown(e, "joining the caller's transaction");
        }
    }

    /** For what the other methods do not cover; statements of it are not translated. */
    public Connection connection() {
        touched = true;
        return connection;
    }

    public Dialect dialect() {
        return dialect;
    }

    /** Runs a writing statement; returns the number of rows as the driver reports it. */
    public int update(String sql, @Nullable Object... args) {
        try (PreparedStatement statement = prepared(sql, Statement.NO_GENERATED_KEYS, args)) {
            return statement.executeUpdate();
        } catch (SQLException e) {
            throw failed(e, sql);
        }
    }

    /**
     * Inserts the row unless its primary or unique key exists. True when this transaction inserted it; false when it was there,
     * committed by another transaction or written earlier by this one. While another transaction holds an uncommitted row with that
     * key, this waits for its end. Afterwards the row can be read with SELECT ... FOR UPDATE, which shows what the first one stored.
     *
     * <p>Make it the first statement of the transaction: when the holder rolls back, InnoDB ends all waiters but one as deadlocked,
     * whatever the form of the INSERT, and only a transaction that has done nothing yet can be begun again here without loss.
     *
     * @throws ConflictException on lock timeout, or on deadlock when it was not the first statement; run the transaction again
     */
    public boolean insertFirst(String table, List<String> columns, @Nullable Object... values) {
        String sql = dialect.insertFirst(table, columns.toArray(String[]::new));
        if (!dialect.isInnoDb()) {
            return update(sql, values) == 1;
        }
        boolean repeatable = !touched && afterCommit != null;
        for (int attempt = 1; ; attempt++) {
            try {
                return insertUnlessThere(sql, values);
            } catch (SQLException e) {
                if (!repeatable || attempt == INSERT_FIRST_ATTEMPTS || !SqlErrors.isDeadlock(e, dialect)) {
                    throw failed(e, sql);
                }
            }
        }
    }

    /**
     * Runs statements that wait for others' row locks at most this long (InnoDB counts whole seconds, at least one), then sets the
     * wait back to what it was. Not to be nested. It does not count as a statement before {@link #insertFirst}.
     *
     * @throws ConflictException when a lock was not free in time
     */
    public <T> T waitingAtMost(Duration longest, Supplier<T> statements) {
        set(dialect.limitLockWait(longest));
        try {
            return statements.get();
        } finally {
            // the session goes back into a pool; on PostgreSQL the rollback of a failed transaction restores it
            if (doom == null || dialect.isInnoDb()) {
                set(dialect.restoreLockWait());
            }
        }
    }

    /** Inserts one row and returns its generated key, which must be the table's first column. */
    public long insertReturningKey(String sql, @Nullable Object... args) {
        try (PreparedStatement statement = prepared(sql, Statement.RETURN_GENERATED_KEYS, args)) {
            statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                if (!keys.next()) {
                    throw new RejectedException("no generated key came back from: " + oneLine(sql));
                }
                return keys.getLong(1);
            }
        } catch (SQLException e) {
            throw failed(e, sql);
        }
    }

    /** All rows, in the order of the statement. */
    public <T> List<T> query(String sql, RowMapper<T> mapper, @Nullable Object... args) {
        try (PreparedStatement statement = prepared(sql, Statement.NO_GENERATED_KEYS, args)) {
            try (ResultSet rows = statement.executeQuery()) {
                Row row = new Row(rows, dialect);
                List<T> result = new ArrayList<>();
                while (rows.next()) {
                    result.add(mapper.map(row));
                }
                return result;
            }
        } catch (SQLException e) {
            throw failed(e, sql);
        }
    }

    /**
     * The only row, or empty.
     *
     * @throws CorruptionException when there is more than one
     */
    public <T> Optional<T> queryOne(String sql, RowMapper<T> mapper, @Nullable Object... args) {
        List<T> rows = query(sql, mapper, args);
        if (rows.size() > 1) {
            throw new CorruptionException("expected one row at most, found " + rows.size() + ", for: " + oneLine(sql));
        }
        return rows.stream().findFirst();
    }

    /** Runs one statement for many parameter rows; returns the driver's counts, which may be {@link Statement#SUCCESS_NO_INFO}. */
    public int[] batch(String sql, List<@Nullable Object[]> rows) {
        if (rows.isEmpty()) {
            return new int[0];
        }
        try (PreparedStatement statement = prepared(sql, Statement.NO_GENERATED_KEYS)) {
            for (@Nullable Object[] row : rows) {
                bind(statement, row);
                statement.addBatch();
            }
            return statement.executeBatch();
        } catch (SQLException e) {
            throw failed(e, sql);
        }
    }

    /**
     * Registers what is to run once this transaction has committed, on the thread that committed. It is lost in a crash, so it may
     * only wake or speed up, never carry a duty.
     *
     * @throws IllegalStateException when somebody else commits; see {@link #hasCommitHooks()}
     */
    public void afterCommit(Runnable hook) {
        if (afterCommit == null) {
            throw new IllegalStateException(
                    "this transaction is committed by the caller's own code, which knows no commit hooks;"
                            + " check hasCommitHooks() first, or run the work in Jdbc.inTransaction");
        }
        afterCommit.add(hook);
    }

    /** Whether {@link #afterCommit} works: true in {@link Jdbc#inTransaction}, false for a joined or autocommit connection. */
    public boolean hasCommitHooks() {
        return afterCommit != null;
    }

    /**
     * Runs a text whose last statement is COMMIT, in one round trip; the server must leave out that COMMIT when a statement before it
     * fails. Nothing may follow.
     *
     * @param what says in messages what was being done; the text stays out of them, because values are written into it
     * @throws UnknownOutcomeException when the connection was lost before the answer came
     */
    public void endWith(String sql, String what) {
        touched = true;
        refuseWhenFailed(what);
        try (Statement statement = connection.createStatement()) {
            statement.setEscapeProcessing(false);
            statement.execute(sql);
        } catch (SQLException e) {
            TallystickException failure = SqlErrors.translate(e, dialect, true, what);
            doom = failure;
            // an error does not tell the driver that a transaction was begun in the text: its own rollback might do
            // nothing
            set("ROLLBACK");
            throw failure;
        }
    }

    /** Commits, unless a statement failed: InnoDB would commit what came after a deadlock without what came before it. */
    void commit() throws SQLException {
        if (doom != null) {
            throw doom;
        }
        connection.commit();
    }

    boolean isAutocommit() {
        return autocommit;
    }

    private boolean insertUnlessThere(String sql, @Nullable Object[] values) throws SQLException {
        try (PreparedStatement statement = prepared(sql, Statement.RETURN_GENERATED_KEYS, values)) {
            statement.executeUpdate();
            try (ResultSet keys = statement.getGeneratedKeys()) {
                return !(keys.next() && keys.getLong(1) == EXISTED);
            }
        }
    }

    List<Runnable> commitHooks() {
        return afterCommit == null ? List.of() : List.copyOf(afterCommit);
    }

    private void set(String sql) {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            if (doom == null) {
                throw failed(e, sql);
            }
            doom.addSuppressed(e);
        }
    }

    private PreparedStatement prepared(String sql, int generatedKeys, @Nullable Object... args) throws SQLException {
        touched = true;
        refuseWhenFailed(sql);
        PreparedStatement statement = connection.prepareStatement(sql, generatedKeys);
        try {
            bind(statement, args);
            return statement;
        } catch (SQLException | RuntimeException e) {
            statement.close();
            throw e;
        }
    }

    private void refuseWhenFailed(String sql) {
        if (doom != null) {
            throw new RejectedException(
                    "this transaction has failed already and can only be rolled back; refused: " + oneLine(sql), doom);
        }
    }

    private void bind(PreparedStatement statement, @Nullable Object[] args) throws SQLException {
        for (int i = 0; i < args.length; i++) {
            dialect.bind(statement, i + 1, args[i]);
        }
    }

    private RuntimeException failed(SQLException e, String sql) {
        // without a transaction around it every writing statement is its own commit
        boolean commits =
                autocommit && !sql.stripLeading().toUpperCase(Locale.ROOT).startsWith("SELECT");
        TallystickException failure = SqlErrors.translate(e, dialect, commits, oneLine(sql));
        if (!autocommit) {
            doom = failure;
        }
        return failure;
    }

    private static String oneLine(String sql) {
        String line = sql.strip().replaceAll("\\s+", " ");
        return line.length() <= 200 ? line : line.substring(0, 200) + "...";
    }
}
