package io.tallystick.cdc.replicator;

import io.tallystick.cdc.DatabaseIdentity;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.Tx;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A claimed connection to a target. The changes and the position that they lead to are one transaction, guarded by the epoch that
 * the claim has raised: after somebody else's claim nothing of this session can be committed. For one thread.
 */
final class TargetSession implements AutoCloseable {

    /** Nothing may be cut short without a word, a zero stays a zero, and times are those that were written. */
    private static final String INNODB_SESSION = "SET SESSION sql_mode ="
            + " 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,ALLOW_INVALID_DATES', time_zone = '+00:00'";

    /** What row-level security would hide from the user, or pass over, is an error instead. */
    private static final String POSTGRES_SESSION = "SET row_security = off";

    private static final Duration MOST_IDLE = Duration.ofSeconds(30);

    /** Begins the name of a row that is no position but says where a transaction comes from. No pipeline's name begins so. */
    static final String MARK = "~";

    private static final String MOVE = "UPDATE tally_position SET position = ?, updated_at = %s"
            + " WHERE pipeline = ? AND epoch = ? AND position = ?";
    /** The same with {@link #markAtCommit}: a round trip less, which is a quarter of what a small group waits for. PostgreSQL alone. */
    private static final String MOVE_AND_MARK =
            MOVE + " AND pg_logical_emit_message(true, 'tally.origin', ?::text) IS NOT NULL";

    private final Connection connection;
    private final Tx tx;
    private final String pipeline;
    private final long epoch;
    private final DatabaseIdentity database;
    private final Terms terms;
    private final Distance distance;
    private final ConstraintChecks constraints;
    private @Nullable Position position;
    private boolean marked;
    /** What the transaction is to be marked with at its end; null for nothing. */
    private @Nullable String markDue;

    private TargetSession(
            Connection connection, Tx tx, String pipeline, Claim claim, DatabaseIdentity database, Terms terms) {
        this.connection = connection;
        this.tx = tx;
        this.pipeline = pipeline;
        this.epoch = claim.epoch;
        this.database = database;
        this.position = claim.position;
        this.terms = terms;
        this.distance = claim.distance;
        this.constraints = new ConstraintChecks(tx);
    }

    /**
     * Shuts out whoever held this pipeline at this target before, and waits for a transaction that he may still be committing.
     *
     * @throws io.tallystick.jdbc.UnavailableException when the target cannot be reached
     * @throws io.tallystick.jdbc.RejectedException when the tables of component cdc are missing
     */
    static TargetSession claim(DataSource target, Dialect dialect, String pipeline) {
        return claim(target, dialect, pipeline, MOST_IDLE);
    }

    /**
     * The same for a runner that is believed to be dead when it has said nothing for a while.
     *
     * @param mostIdle after so long without a word inside a transaction the server ends this session, and with it the locks that others
     *     wait for; where it counts whole seconds, the next one
     */
    static TargetSession claim(DataSource target, Dialect dialect, String pipeline, Duration mostIdle) {
        Connection connection = connect(target, dialect);
        try {
            Terms terms = Terms.of(connection, mostIdle);
            Tx tx = Tx.of(connection, dialect);
            if (dialect.isInnoDb()) {
                tx.update(INNODB_SESSION);
            } else if (dialect == Dialect.POSTGRESQL) {
                tx.update(POSTGRES_SESSION);
            }
            terms.limit.set(tx);
            tx.insertFirst("tally_position", List.of("pipeline", "epoch", "updated_at"), pipeline, 0L, Instant.EPOCH);
            tx.update("UPDATE tally_position SET epoch = epoch + 1 WHERE pipeline = ?", pipeline);
            Distance distance = new Distance();
            Claim claim = distance.over(() -> tx.queryOne(
                            "SELECT epoch, position FROM tally_position WHERE pipeline = ?",
                            row -> new Claim(row.longValue("epoch"), row.text("position"), distance),
                            pipeline))
                    .orElseThrow(() -> new ConflictException(
                            "the row of " + pipeline + " in tally_position was deleted while it was being claimed"));
            terms.tag.set(tx, pipeline, claim.epoch);
            DatabaseIdentity database = DatabaseIdentity.of(connection, dialect);
            connection.commit();
            return new TargetSession(connection, tx, pipeline, claim, database, terms);
        } catch (SQLException e) {
            closeQuietly(connection);
            throw SqlErrors.translate(e, dialect, true, "claiming pipeline " + pipeline);
        } catch (RuntimeException e) {
            closeQuietly(connection);
            throw e;
        }
    }

    private static Connection connect(DataSource target, Dialect dialect) {
        try {
            Connection connection = target.getConnection();
            connection.setAutoCommit(false);
            return connection;
        } catch (SQLException e) {
            throw SqlErrors.translate(e, dialect, false, "connecting to the target");
        }
    }

    /** What is applied here; null when nothing was ever agreed. */
    @Nullable
    Position position() {
        return position;
    }

    /** The pipeline's name and the target's. */
    String pipeline() {
        return pipeline;
    }

    Connection connection() {
        return connection;
    }

    /** Which database this is. */
    DatabaseIdentity database() {
        return database;
    }

    Tx tx() {
        return tx;
    }

    /** Makes the first position known, in a transaction of its own or with what was done before in this one. */
    void begin(Position first) {
        int moved = tx.update(
                "UPDATE tally_position SET position = ?, updated_at = "
                        + tx.dialect().now() + " WHERE pipeline = ? AND epoch = ? AND position IS NULL",
                first.text(),
                pipeline,
                epoch);
        finish(moved, first);
    }

    /** Forgets what was applied here and begins at another position, with what was done before in this transaction. */
    void restart(Position first) {
        int moved = tx.update(
                "UPDATE tally_position SET position = ?, updated_at = "
                        + tx.dialect().now() + " WHERE pipeline = ? AND epoch = ?",
                first.text(),
                pipeline,
                epoch);
        finish(moved, first);
    }

    /**
     * Commits what was written since the last commit, together with the position that it leads to.
     *
     * @throws FencedException when somebody else has claimed the pipeline; nothing is committed
     * @throws RefusedAtCommitException when the target refuses data only now; nothing is committed, and {@link #rollback()} is to be called
     * @throws io.tallystick.jdbc.UnknownOutcomeException when the answer was lost: claim again and look at the position
     */
    void commit(Position next) {
        if (position == null) {
            begin(next);
            return;
        }
        Position last = position;
        int moved = distance.over(() -> move(last, next));
        finish(moved, next);
    }

    private int move(Position last, Position next) {
        String now = tx.dialect().now();
        return markDue == null
                ? tx.update(MOVE.formatted(now), next.text(), pipeline, epoch, last.text())
                : tx.update(MOVE_AND_MARK.formatted(now), next.text(), pipeline, epoch, last.text(), markDue);
    }

    /** How far it is to the target. */
    Distance distance() {
        return distance;
    }

    /**
     * Has the target's log say first of all where this transaction comes from; once in a transaction, and only where there is such a log.
     *
     * @param origin of letters, digits and marks that need no quoting
     */
    void mark(String origin) {
        if (marked || !database.isRead()) {
            return;
        }
        markDue = null;
        try (Statement statement = connection.createStatement()) {
            if (tx.dialect().isInnoDb()) {
                // a row that nobody else ever sees or waits for: all that is left of it stands in the log. One round
                // trip
                String name = MARK + Long.toHexString(pipeline.hashCode() & 0xFFFFFFFFL) + "/" + epoch;
                statement.addBatch("INSERT INTO tally_position (pipeline, epoch, position, updated_at) VALUES ('" + name
                        + "', " + epoch + ", '" + origin + "', " + tx.dialect().now() + ")");
                statement.addBatch("DELETE FROM tally_position WHERE pipeline = '" + name + "'");
                statement.executeBatch();
            } else {
                statement.execute("SELECT pg_logical_emit_message(true, 'tally.origin', '" + origin + "')");
            }
            marked = true;
        } catch (SQLException e) {
            throw SqlErrors.translate(e, tx.dialect(), false, "marking a transaction of pipeline " + pipeline);
        }
    }

    /**
     * The same for a transaction so small that whoever reads the log has all of it together: with the position, where that saves the
     * way.
     */
    void markAtCommit(String origin) {
        if (tx.dialect() != Dialect.POSTGRESQL || position == null) {
            mark(origin);
        } else if (!marked && database.isRead()) {
            markDue = origin;
        }
    }

    private void finish(int moved, Position next) {
        if (moved != 1) {
            rollback();
            throw new FencedException(
                    "pipeline " + pipeline + " was taken over by another runner (epoch " + epoch
                            + " is over); this one has stopped. Two runners for one pipeline? tally pipeline status shows who runs it");
        }
        try {
            connection.commit();
            forgetMark();
            position = next;
        } catch (SQLException e) {
            RuntimeException translated =
                    SqlErrors.translate(e, tx.dialect(), true, "committing changes of pipeline " + pipeline);
            throw SqlErrors.isDataRefused(e, tx.dialect()) ? new RefusedAtCommitException(translated) : translated;
        }
    }

    /** What the target checks in this session, and when. */
    ConstraintChecks constraints() {
        return constraints;
    }

    Savepoint savepoint() throws SQLException {
        return connection.setSavepoint();
    }

    void rollbackTo(Savepoint savepoint) throws SQLException {
        connection.rollback(savepoint);
    }

    void release(Savepoint savepoint) throws SQLException {
        connection.releaseSavepoint(savepoint);
    }

    void rollback() {
        forgetMark();
        try {
            connection.rollback();
        } catch (SQLException e) {
            throw SqlErrors.translate(e, tx.dialect(), false, "rolling back changes of pipeline " + pipeline);
        }
    }

    private void forgetMark() {
        marked = false;
        markDue = null;
    }

    /** To be called again and again while little comes, so that the server does not take this session for dead. */
    void stayAwake(Instant now, boolean inTransaction) {
        terms.limit.stayAwake(tx, now, inTransaction);
    }

    @Override
    public void close() {
        try {
            // the connection goes back to a pool, and others rely on what the database checks, and have their own pace
            rollback();
            if (!constraints.checksForeignKeys()) {
                constraints.checkForeignKeys(true);
            }
            if (tx.dialect() == Dialect.POSTGRESQL) {
                tx.update("RESET row_security");
            }
            terms.limit.reset(tx);
            terms.tag.reset(tx);
            connection.commit();
        } catch (SQLException e) {
            abandon();
        } catch (RuntimeException e) {
            abandon();
        } finally {
            closeQuietly(connection);
        }
    }

    private void abandon() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException ignored) {
            // it is broken: nobody will get it again
            return;
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException ignored) {
            // it was of no use any more; an uncommitted transaction ends with it
            return;
        }
    }

    /** What the server is told of this session: when it may end it, and whose it is. */
    private record Terms(IdleLimit limit, SessionTag tag) {

        static Terms of(Connection connection, Duration mostIdle) throws SQLException {
            TargetDialect dialect = TargetDialect.of(connection);
            return new Terms(new IdleLimit(dialect, mostIdle), new SessionTag(dialect));
        }
    }

    private record Claim(long epoch, @Nullable Position position, Distance distance) {
        Claim(long epoch, @Nullable String text, Distance distance) {
            this(epoch, text == null ? null : new Position(text), distance);
        }
    }
}
