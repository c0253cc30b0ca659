package io.tallystick.xa.http;

import io.tallystick.xa.Ack;
import io.tallystick.xa.Branch;
import io.tallystick.xa.BranchDriver;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A branch that another service has prepared: it has voted already. */
final class RemoteBranch implements Branch {

    private final Voted voted;
    private final BranchDriver there;

    RemoteBranch(Voted voted, BranchDriver there) {
        this.voted = voted;
        this.there = there;
    }

    @Override
    public String resource() {
        return voted.resource();
    }

    @Override
    public boolean canDecide() {
        return false;
    }

    @Override
    public BranchXid startedAs() {
        return voted.xid();
    }

    @Override
    public Vote prepare(BranchXid xid, Duration budget) {
        return new Vote.Prepared(voted.hint());
    }

    @Override
    public boolean canCommitAlone() {
        return false;
    }

    @Override
    public LastWord commitAlone(@Nullable DecisionRecord riding, Duration budget) {
        throw new IllegalStateException("a branch that has voted in another service cannot commit without a decision");
    }

    @Override
    public Ack commit(Duration budget) {
        return there.commit(voted.xid(), voted.hint(), budget);
    }

    @Override
    public Ack rollback(Duration budget) {
        return there.rollback(voted.xid(), voted.hint(), budget);
    }

    @Override
    public void cut() {
        // nothing of ours is open there
    }

    @Override
    public void release() {
        // nothing of ours is open there
    }
}
