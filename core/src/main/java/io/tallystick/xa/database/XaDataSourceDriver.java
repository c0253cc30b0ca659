package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.JdbcBranchDriver;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import javax.sql.XAConnection;
import javax.sql.XADataSource;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Any database whose driver brings an XADataSource. The drivers of our own for PostgreSQL, MariaDB and MySQL know more and are faster;
 * take this one for the others. Safe for use by many threads.
 */
public final class XaDataSourceDriver implements JdbcBranchDriver {

    private static final Logger LOG = LoggerFactory.getLogger(XaDataSourceDriver.class);
    private static final SessionRules NONE = new SessionRules() {
        @Override
        public Session begin(Connection physical) {
            return new Session("", "");
        }

        @Override
        public void kill(Connection other, Session session) {
            // what a session is called there is not known
        }
    };

    private final PoolSettings settings;
    private final Dialect dialect;
    private final BranchPool pool;
    private final XaFinisher finisher;

    private XaDataSourceDriver(XADataSource source, PoolSettings settings, Dialect dialect) {
        this.settings = settings;
        this.dialect = dialect;
        this.pool = new BranchPool(new XaConnections(source), settings, dialect, NONE);
        this.finisher = new XaFinisher(settings.name(), dialect == Dialect.MARIADB);
    }

    /** Any database; errors are read by their SQLState. Does not connect here. */
    public static XaDataSourceDriver on(XADataSource source, PoolSettings settings) {
        return on(source, settings, Dialect.POSTGRESQL);
    }

    /** A database whose errors and statements are those of this dialect. */
    public static XaDataSourceDriver on(XADataSource source, PoolSettings settings, Dialect dialect) {
        return new XaDataSourceDriver(source, settings, dialect);
    }

    @Override
    public String resource() {
        return settings.name();
    }

    Dialect dialect() {
        return dialect;
    }

    @Override
    public Traits traits() {
        return new Traits(true, false, false);
    }

    @Override
    public String incarnation() {
        return "";
    }

    @Override
    public JdbcBranch open(Opening opening) {
        BranchXid xid = Objects.requireNonNull(
                opening.xid(), "a branch of an XA data source has its name when it begins; see its traits");
        Lease lease = pool.lease();
        try {
            XAResource resource = xa(lease.connection());
            return new XaDataSourceBranch(
                    this, lease, XaResourceBranch.start(settings.name(), resource, xid, () -> {}));
        } catch (SQLException e) {
            destroy(lease);
            throw SqlErrors.translate(e, dialect, false, "beginning a branch on " + settings.name());
        } catch (XAException e) {
            destroy(lease);
            throw new UnavailableException(
                    "beginning branch " + xid + " on " + settings.name() + ": " + XaCodes.text(e), e);
        }
    }

    private static void destroy(Lease lease) {
        lease.cut();
        lease.release();
    }

    private static XAResource xa(Connection connection) throws SQLException {
        return connection.unwrap(XAConnection.class).getXAResource();
    }

    @Override
    public Connection outside() throws SQLException {
        return pool.outside();
    }

    @Override
    public List<PreparedBranch> prepared() {
        try (Connection connection = pool.outside()) {
            return XaFinisher.list(xa(connection));
        } catch (SQLException e) {
            throw new UnavailableException(cannotBeListed() + SqlErrors.describe(e, dialect), e);
        } catch (XAException e) {
            throw new UnavailableException(cannotBeListed() + XaCodes.text(e), e);
        }
    }

    private String cannotBeListed() {
        return "the prepared branches of " + pool + " cannot be listed: ";
    }

    @Override
    public Ack commit(BranchXid xid, String hint, Duration budget) {
        return finish(true, xid, budget);
    }

    @Override
    public Ack rollback(BranchXid xid, String hint, Duration budget) {
        return finish(false, xid, budget);
    }

    Ack finish(boolean commit, BranchXid xid, Duration budget) {
        BudgetRuntime left = BudgetRuntime.of(budget);
        Connection connection;
        try {
            connection = pool.outside(left.left());
        } catch (SQLException e) {
            return new Ack.Retry(SqlErrors.describe(e, dialect));
        }
        Ack ack = new Ack.Retry("it threw");
        try {
            left.bound(connection);
            ack = finisher.finish(xa(connection), commit, xid);
        } catch (SQLException e) {
            ack = new Ack.Retry(SqlErrors.describe(e, dialect));
        } finally {
            // after any XA error a driver's state is not trusted
            pool.giveBackOutside(connection, !(ack instanceof Ack.Done));
        }
        return ack;
    }

    /** The PostgreSQL driver says "read only" of a branch and keeps it prepared (since 42.7.9): it would hold back vacuum for ever. */
    void sweep(Lease lease, BranchXid readOnly) {
        try {
            xa(lease.connection()).rollback(new PrintableXid(readOnly));
            LOG.debug("{}: read-only branch {} had stayed prepared", pool, readOnly);
        } catch (XAException e) {
            // NOTA: there is none, as it should be
            if (e.errorCode != XAException.XAER_NOTA) {
                lease.spoil();
            }
        } catch (SQLException e) {
            lease.spoil();
        }
    }

    @Override
    public List<Finding> examine() {
        try {
            prepared();
            return List.of();
        } catch (UnavailableException e) {
            return List.of(Finding.error(
                    "recovery of " + settings.name(),
                    String.valueOf(e.getMessage()),
                    "branches left by a crash cannot be found and hold their locks",
                    "grant this user what its database asks for XA recovery"));
        }
    }

    @Override
    public void close() {
        pool.close();
    }

    @Override
    public String toString() {
        return "XA resource " + settings.name();
    }
}
