package io.tallystick.xa.database;

import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchXid;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds and finishes prepared branches through any XAResource that has nothing else to do. What a code leaves open is decided by
 * looking whether the branch is still listed. A branch that the resource has ended by itself is reported first, and the resource told
 * to forget it only when it is asked about once more: until then the finding may not be kept yet. Thread-safe.
 */
final class XaFinisher {

    private static final Logger LOG = LoggerFactory.getLogger(XaFinisher.class);

    private final String resource;
    private final boolean rollbackMeansReadOnly;
    private final Set<BranchXid> reported = ConcurrentHashMap.newKeySet();

    /** @param rollbackMeansReadOnly MariaDB says so of a prepared branch that wrote nothing and whose session has ended */
    XaFinisher(String resource, boolean rollbackMeansReadOnly) {
        this.resource = resource;
        this.rollbackMeansReadOnly = rollbackMeansReadOnly;
    }

    static List<PreparedBranch> list(XAResource at) throws XAException {
        List<PreparedBranch> found = new ArrayList<>();
        Xid[] xids = at.recover(XAResource.TMSTARTRSCAN | XAResource.TMENDRSCAN);
        // some drivers say nothing by null
        for (Xid xid : xids == null ? new Xid[0] : xids) {
            PrintableXid.read(xid.getFormatId(), xid.getGlobalTransactionId(), xid.getBranchQualifier())
                    .ifPresent(ours -> found.add(new PreparedBranch(ours, null)));
        }
        return found;
    }

    Ack finish(XAResource at, boolean commit, BranchXid xid) {
        try {
            if (commit) {
                at.commit(name(xid), false);
            } else {
                at.rollback(name(xid));
            }
            return new Ack.Done();
        } catch (XAException e) {
            return judge(at, commit, xid, e);
        }
    }

    /** What the error comes to that was the answer to this order. */
    Ack judge(XAResource at, boolean commit, BranchXid xid, XAException error) {
        try {
            return judged(at, commit, xid, XaCodes.said(error));
        } catch (XAException again) {
            return new Ack.Retry(XaCodes.text(error) + "; and then: " + XaCodes.text(again));
        }
    }

    private Ack judged(XAResource at, boolean commit, BranchXid xid, XAException error) throws XAException {
        if (XaCodes.isHeuristic(error)) {
            return heuristic(at, commit, xid, error);
        }
        if (XaCodes.isProtocol(error)) {
            LOG.error("{}: {} of {} is against the protocol: {}", resource, verb(commit), xid, XaCodes.text(error));
        }
        Ack ack = commit ? XaCodes.commit(error) : XaCodes.rollback(error);
        if (ack instanceof Ack.Retry) {
            return ack;
        }
        if (isListed(at, xid)) {
            return new Ack.Retry(XaCodes.text(error) + ", but it is still listed as prepared");
        }
        return ack instanceof Ack.Heuristic && rollbackMeansReadOnly ? new Ack.Done() : ack;
    }

    private Ack heuristic(XAResource at, boolean commit, BranchXid xid, XAException error) throws XAException {
        int agreeing = commit ? XAException.XA_HEURCOM : XAException.XA_HEURRB;
        if (error.errorCode == agreeing || reported.remove(xid)) {
            at.forget(name(xid));
            return new Ack.Done();
        }
        reported.add(xid);
        return XaCodes.commit(error);
    }

    private static boolean isListed(XAResource at, BranchXid xid) throws XAException {
        return list(at).stream().anyMatch(found -> found.xid().names(xid));
    }

    private static Xid name(BranchXid xid) {
        return new PrintableXid(xid);
    }

    private static String verb(boolean commit) {
        return commit ? "commit" : "rollback";
    }
}
