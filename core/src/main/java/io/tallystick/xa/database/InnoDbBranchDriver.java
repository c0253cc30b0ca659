package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.JdbcBranchDriver;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import javax.sql.DataSource;

/**
 * MariaDB (10.5 or later) and MySQL (8.0.29 or later) as resources, by XA statements of our own instead of the driver's XAResource: END
 * and PREPARE go out in one round trip, a decision rides in the local commit, and "no such branch" is looked into. Safe for use by
 * many threads.
 *
 * <p>Both must name a branch when it begins; the first of a transaction begins without a name, as the local and last participant, which
 * is also the kindest to them: their prepared branches block replication and backup while they are in doubt.
 */
public final class InnoDbBranchDriver implements JdbcBranchDriver {

    private final PoolSettings settings;
    private final Dialect dialect;
    private final BranchPool pool;
    private final XaWords words;
    private final InnoDbFinisher finisher;
    private volatile String incarnation = "";

    private InnoDbBranchDriver(DataSource source, PoolSettings settings, Dialect dialect) {
        this.settings = settings;
        this.dialect = dialect;
        this.words = new XaWords(dialect);
        this.pool = new BranchPool(source, settings, dialect, new InnoDbSessions(dialect, settings, this::reached));
        this.finisher = new InnoDbFinisher(pool, words);
    }

    /**
     * For a MariaDB server, with connections of its own; does not connect here.
     *
     * @param source the driver's data source, or a Hikari pool, of which only the description is used
     */
    public static InnoDbBranchDriver mariadb(DataSource source, PoolSettings settings) {
        return new InnoDbBranchDriver(source, settings, Dialect.MARIADB);
    }

    /** {@link #mariadb} for a MySQL server. */
    public static InnoDbBranchDriver mysql(DataSource source, PoolSettings settings) {
        return new InnoDbBranchDriver(source, settings, Dialect.MYSQL);
    }

    private void reached(String database) {
        incarnation = database;
    }

    @Override
    public String resource() {
        return settings.name();
    }

    @Override
    public Traits traits() {
        return new Traits(true, true, true);
    }

    /** MySQL's server_uuid, MariaDB's server_id: a promoted replica has another one, and may have lost the newest branches. */
    @Override
    public String incarnation() {
        if (!incarnation.isEmpty()) {
            return incarnation;
        }
        try (Connection connection = pool.outside()) {
            return pool.sessionOf(connection).incarnation();
        } catch (SQLException unreachable) {
            return "";
        }
    }

    @Override
    public JdbcBranch open(Opening opening) {
        Lease lease = pool.lease();
        try {
            BranchXid xid = opening.xid();
            if (opening.lockWait() != null) {
                lease.useOnce();
                XaWords.execute(
                        lease.connection(),
                        "SET SESSION innodb_lock_wait_timeout = " + InnoDbSessions.wholeSeconds(opening.lockWait()));
            }
            if (xid != null) {
                words.start(lease.connection(), xid);
            }
            return new InnoDbBranch(finisher, lease, xid);
        } catch (SQLException e) {
            lease.cut();
            lease.release();
            throw SqlErrors.translate(e, dialect, false, "beginning a branch on " + settings.name());
        }
    }

    @Override
    public Connection outside() throws SQLException {
        return pool.outside();
    }

    @Override
    public List<PreparedBranch> prepared() {
        return finisher.prepared();
    }

    @Override
    public Ack commit(BranchXid xid, String hint, Duration budget) {
        return finisher.finish(true, xid, hint, budget);
    }

    @Override
    public Ack rollback(BranchXid xid, String hint, Duration budget) {
        return finisher.finish(false, xid, hint, budget);
    }

    /** Neither database keeps the outcome of a transaction. */
    @Override
    public List<Finding> examine() {
        return new InnoDbExamination(pool).findings();
    }

    @Override
    public void close() {
        pool.close();
    }

    @Override
    public String toString() {
        return dialect.productName() + " resource " + settings.name();
    }
}
