package io.tallystick.xa;

import java.time.Instant;
import java.util.List;

/**
 * The decision to commit: the one forced write of a coordinator.
 *
 * @param branches the prepared ones, which phase 2 must reach; the last participant, whose own commit carries this record, is not among
 *     them
 * @param decidedAt by the coordinator's clock
 */
public record DecisionRecord(Gtrid gtrid, List<Voted> branches, Instant decidedAt) {

    public DecisionRecord {
        branches = List.copyOf(branches);
    }

    /** What it says of a branch: one that it does not list is not part of what was committed. */
    public Verdict verdictOn(BranchXid branch) {
        return branches.stream().anyMatch(voted -> voted.xid().equals(branch)) ? Verdict.COMMIT : Verdict.ABORT;
    }

    /**
     * A branch that voted yes.
     *
     * @param resource name of the resource, or the finish URL of another service
     * @param incarnation which database this was (PostgreSQL: system identifier; MySQL, MariaDB: server uuid or id); empty if unknown.
     *     On another incarnation an absent branch is no acknowledgement
     * @param hint as in {@link Vote.Prepared}
     */
    public record Voted(BranchXid xid, String resource, String incarnation, String hint) {}
}
