package io.tallystick.xa.database;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.Ack;
import io.tallystick.xa.Branch;
import io.tallystick.xa.BranchDriver;
import io.tallystick.xa.BranchXid;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whatever speaks XA and is no database, for example a message broker. Applications enlist their own XAResource; this driver finishes
 * what a crash left, each time through a fresh one. Safe for use by many threads if the supplier is.
 */
public final class XaResourceDriver implements BranchDriver {

    private static final Logger LOG = LoggerFactory.getLogger(XaResourceDriver.class);

    private final String name;
    private final Supplier<? extends XAResource> fresh;
    private final XaFinisher finisher;

    private XaResourceDriver(String name, Supplier<? extends XAResource> fresh) {
        this.name = name;
        this.fresh = fresh;
        this.finisher = new XaFinisher(name, false);
    }

    /**
     * A resource with connections of its owner.
     *
     * @param fresh gives an XAResource that has nothing else to do, on a connection that works; if it is AutoCloseable, it is closed
     *     after use
     */
    public static XaResourceDriver of(String name, Supplier<? extends XAResource> fresh) {
        return new XaResourceDriver(name, fresh);
    }

    @Override
    public String resource() {
        return name;
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
    public Branch open(Opening opening) {
        BranchXid xid =
                Objects.requireNonNull(opening.xid(), "an XA branch has its name when it begins; see its traits");
        XAResource resource = connect();
        try {
            return XaResourceBranch.start(name, resource, xid, () -> close(resource));
        } catch (XAException e) {
            close(resource);
            throw new UnavailableException("beginning branch " + xid + " on " + name + ": " + XaCodes.text(e), e);
        }
    }

    private XAResource connect() {
        try {
            return fresh.get();
        } catch (RuntimeException e) {
            throw new UnavailableException("resource '" + name + "' cannot be reached: " + e, e);
        }
    }

    @Override
    public List<PreparedBranch> prepared() {
        XAResource resource = connect();
        try {
            return XaFinisher.list(resource);
        } catch (XAException e) {
            throw new UnavailableException(
                    "the prepared branches of resource '" + name + "' cannot be listed: " + XaCodes.text(e), e);
        } finally {
            close(resource);
        }
    }

    @Override
    public Ack commit(BranchXid xid, String hint, Duration budget) {
        return finish(true, xid);
    }

    @Override
    public Ack rollback(BranchXid xid, String hint, Duration budget) {
        return finish(false, xid);
    }

    private Ack finish(boolean commit, BranchXid xid) {
        XAResource resource;
        try {
            resource = connect();
        } catch (UnavailableException e) {
            return new Ack.Retry(String.valueOf(e.getMessage()));
        }
        try {
            // as other transaction managers do: some connect only when a scan begins. Agroal 3.0.1, not connected yet,
            // answers an
            // error of its driver by a NullPointerException, and a branch that is gone would be asked for in vain for
            // ever
            resource.recover(XAResource.TMSTARTRSCAN);
            return finisher.finish(resource, commit, xid);
        } catch (XAException e) {
            return new Ack.Retry("its branches cannot be listed: " + XaCodes.text(e));
        } catch (RuntimeException e) {
            // a broken connection below an interface that only knows XAException
            return new Ack.Retry(e.toString());
        } finally {
            close(resource);
        }
    }

    private static void close(XAResource resource) {
        if (resource instanceof AutoCloseable closeable) {
            try {
                closeable.close();
            } catch (Exception e) {
                LOG.debug("closing a resource failed; no outcome depends on it", e);
            }
        }
    }

    @Override
    public List<Finding> examine() {
        try {
            prepared();
            return List.of();
        } catch (UnavailableException e) {
            return List.of(Finding.error(
                    "recovery of " + name,
                    String.valueOf(e.getMessage()),
                    "branches left by a crash cannot be found and hold their locks",
                    "let the supplier give an XAResource of a user that may recover"));
        }
    }

    @Override
    public void close() {
        // connections are their owner's
    }

    @Override
    public String toString() {
        return "XA resource " + name;
    }
}
