package io.tallystick.xa;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What really happened, written down where it happens: in the databases and decision stores, not in the engines. */
final class XaBook implements InMemoryDatabase.Observer {

    private final Map<Gtrid, DecisionRecord> decided = new HashMap<>();
    private final Set<Gtrid> byHand = new HashSet<>();
    private final Map<BranchXid, Boolean> ended = new HashMap<>();
    private final Set<BranchXid> prepared = new HashSet<>();
    private final Map<String, List<String>> violations = new LinkedHashMap<>();

    @Override
    public void prepared(BranchXid xid) {
        if (!prepared.add(xid)) {
            violated("I6", "xid used twice: " + xid);
        }
    }

    @Override
    public void ended(BranchXid xid, boolean committed, boolean hand) {
        ended.put(xid, committed);
        if (hand) {
            byHand.add(xid.gtrid());
            return;
        }
        boolean listed = isListed(xid);
        if (committed && !listed) {
            violated("I1", xid + " was committed without a decision");
        }
        if (!committed && listed) {
            violated("I2", xid + " was rolled back after the decision to commit");
        }
    }

    /** A decision does not concern a branch of which its coordinator has never heard. */
    private boolean isListed(BranchXid xid) {
        DecisionRecord decision = decided.get(xid.gtrid());
        return decision != null
                && decision.branches().stream().anyMatch(voted -> voted.xid().equals(xid));
    }

    /** A decision to commit became durable. */
    void decided(DecisionRecord decision) {
        if (decided.putIfAbsent(decision.gtrid(), decision) != null) {
            return;
        }
        for (DecisionRecord.Voted voted : decision.branches()) {
            if (!prepared.contains(voted.xid()) || Boolean.FALSE.equals(ended.get(voted.xid()))) {
                if (!byHand.contains(decision.gtrid())) {
                    violated("I4", "decided to commit although " + voted.xid() + " is not prepared");
                }
            }
        }
    }

    /** Somebody wrote that a decision is finished. */
    void finished(Gtrid gtrid) {
        DecisionRecord decision = decided.get(gtrid);
        if (decision == null) {
            return;
        }
        for (DecisionRecord.Voted voted : decision.branches()) {
            if (!ended.containsKey(voted.xid())) {
                violated("I3", gtrid + " was ended although " + voted.xid() + " is still prepared");
            }
        }
    }

    /** Branches that somebody rolled back although the decision is to commit. */
    List<BranchXid> contradictions() {
        return decided.values().stream()
                .flatMap(decision -> decision.branches().stream())
                .map(DecisionRecord.Voted::xid)
                .filter(xid -> Boolean.FALSE.equals(ended.get(xid)))
                .toList();
    }

    boolean isDecided(Gtrid gtrid) {
        return decided.containsKey(gtrid);
    }

    boolean wasByHand(Gtrid gtrid) {
        return byHand.contains(gtrid);
    }

    void violated(String invariant, String how) {
        violations.computeIfAbsent(invariant, i -> new ArrayList<>()).add(how);
    }

    void check(String invariant) {
        List<String> found = violations.get(invariant);
        if (found != null) {
            throw new AssertionError(String.join("; ", found));
        }
    }
}
