package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.JdbcBranchDriver;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * A PostgreSQL database (13 or newer) that takes part in transactions, by PREPARE TRANSACTION rather than through an XADataSource: BEGIN
 * costs no round trip, a branch that wrote nothing is not prepared, and the number that PostgreSQL gives to a transaction
 * (pg_current_xact_id) tells its true outcome later (pg_xact_status).
 *
 * <p>The server needs {@code max_prepared_transactions} above zero; {@link #examine} says what else. Prepared branches are finished by
 * the role and in the database that prepared them. Thread-safe.
 */
public final class PostgresBranchDriver implements JdbcBranchDriver {

    private static final String PREPARED = """
            SELECT current_setting('max_prepared_transactions')::int AS places, gid, prepared
            FROM (SELECT 1) AS one LEFT JOIN pg_prepared_xacts ON left(gid, %d) = '%s' AND database = current_database()
            ORDER BY prepared""";

    private final String resource;
    private final BranchPool pool;
    private final Jdbc outside;
    private volatile String incarnation = "";
    private volatile int places = -1;

    private PostgresBranchDriver(DataSource source, PoolSettings settings) {
        this.resource = settings.name();
        this.pool = new BranchPool(source, settings, Dialect.POSTGRESQL, new PostgresSession(settings, this::reached));
        this.outside = Jdbc.on(pool.outsideSource(), Dialect.POSTGRESQL);
    }

    /**
     * Takes part with connections of its own.
     *
     * @param source the driver's data source, or a Hikari pool, of which only the description is used; connects to one database as the
     *     role that will also recover
     */
    public static PostgresBranchDriver on(DataSource source, PoolSettings settings) {
        return new PostgresBranchDriver(source, settings);
    }

    private void reached(String database) {
        if (!database.isEmpty()) {
            incarnation = database;
        }
    }

    @Override
    public String resource() {
        return resource;
    }

    @Override
    public Traits traits() {
        return new Traits(false, true, false);
    }

    /** System identifier and timeline: a promoted replica is another one, because it may have lost the newest branches. */
    @Override
    public String incarnation() {
        if (incarnation.isEmpty()) {
            try (Connection connection = outside()) {
                return pool.sessionOf(connection).incarnation();
            } catch (SQLException away) {
                return "";
            }
        }
        return incarnation;
    }

    @Override
    public JdbcBranch open(Opening opening) {
        if (opening.xid() != null) {
            throw new IllegalArgumentException("branch " + opening.xid() + " on " + resource
                    + " was given its name at its start: PostgreSQL names it when it is prepared");
        }
        Lease lease = pool.lease();
        if (opening.lockWait() != null) {
            waitAtMost(opening.lockWait(), lease);
        }
        return new PostgresBranch(this, lease);
    }

    private void waitAtMost(Duration lockWait, Lease lease) {
        try (Statement statement = lease.connection().createStatement()) {
            statement.execute("SET LOCAL lock_timeout = " + Math.max(1, lockWait.toMillis()));
        } catch (SQLException e) {
            lease.cut();
            throw SqlErrors.translate(e, Dialect.POSTGRESQL, false, "beginning a branch on " + resource);
        }
    }

    @Override
    public Connection outside() throws SQLException {
        return pool.outside();
    }

    @Override
    public List<PreparedBranch> prepared() {
        String sql = PREPARED.formatted(PostgresGid.PREFIX.length(), PostgresGid.PREFIX);
        return outside.autocommit(tx -> tx.query(sql, this::branch)).stream()
                .flatMap(Optional::stream)
                .toList();
    }

    private Optional<PreparedBranch> branch(Row row) throws SQLException {
        places = row.intValue("places");
        String gid = row.text("gid");
        Optional<BranchXid> xid = gid == null ? Optional.empty() : PostgresGid.read(gid);
        return xid.isEmpty()
                ? Optional.empty()
                : Optional.of(new PreparedBranch(xid.get(), row.instantOrNull("prepared")));
    }

    @Override
    public Ack commit(BranchXid xid, String hint, Duration budget) {
        return finish(true, xid, hint, budget);
    }

    @Override
    public Ack rollback(BranchXid xid, String hint, Duration budget) {
        return finish(false, xid, hint, budget);
    }

    Ack finish(boolean commit, BranchXid xid, String hint, Duration budget) {
        BudgetRuntime left = BudgetRuntime.of(budget);
        Connection connection;
        try {
            connection = pool.outside(left.left());
        } catch (SQLException e) {
            return new Ack.Retry(resource + " cannot be reached: " + SqlErrors.describe(e, Dialect.POSTGRESQL));
        }
        boolean clean = false;
        try {
            PostgresPhaseTwo.Answer answer = PostgresPhaseTwo.finish(connection, commit, xid, hint, left);
            clean = answer.clean();
            return answer.ack();
        } finally {
            pool.giveBackOutside(connection, !clean);
        }
    }

    /** @throws TallystickException when it could not be asked: nothing must be concluded */
    @Override
    public Optional<Ack.Found> fate(String hint) {
        try (Connection connection = outside()) {
            return PostgresPhaseTwo.fate(connection, hint).flatMap(PostgresBranchDriver::found);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, Dialect.POSTGRESQL, false, "asking " + resource + " for the fate of " + hint);
        }
    }

    private static Optional<Ack.Found> found(PostgresPhaseTwo.Fate fate) {
        return switch (fate) {
            case COMMITTED -> Optional.of(Ack.Found.COMMITTED);
            case ABORTED -> Optional.of(Ack.Found.ROLLED_BACK);
            case IN_PROGRESS -> Optional.empty();
        };
    }

    /** {@code max_prepared_transactions}, as of the last look. */
    @Override
    public int capacity() {
        if (places < 0) {
            prepared();
        }
        return places;
    }

    @Override
    public List<Finding> examine() {
        return new PostgresReadiness(outside, pool.settings()).findings();
    }

    @Override
    public void close() {
        pool.close();
    }

    @Override
    public String toString() {
        return "PostgreSQL resource " + resource;
    }
}
