package io.tallystick.xa;

import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A transaction as its coordinator knows it. Immutable.
 *
 * @param subordinate the decision is made elsewhere: prepare all, decide nothing
 * @param decider number of the branch whose own commit carries the decision, 0 when the store writes it by itself
 * @param told the application has its answer
 * @param conduct how the branches that have ended followed the decision
 * @param why the reason for a rollback or a doubt, for the application
 */
record XaState(
        XaPhase phase,
        boolean subordinate,
        List<Member> members,
        int decider,
        boolean told,
        Conduct conduct,
        @Nullable String why) {

    XaState {
        members = List.copyOf(members);
    }

    /** Some branch ended otherwise than decided. */
    boolean mixed() {
        return conduct == Conduct.OPPOSITE || conduct == Conduct.MIXED;
    }

    /** It was decided to commit, and of what its branches wrote nothing is left. */
    boolean allRolledBackAgainstTheDecision() {
        return phase == XaPhase.COMMITTED && conduct == Conduct.OPPOSITE;
    }

    /**
     * @param number of the branch, from 1
     */
    record Member(int number, String resource, BranchStatus status, String hint) {
        Member with(BranchStatus next) {
            return new Member(number, resource, next, hint);
        }

        Member prepared(String withHint) {
            return new Member(number, resource, BranchStatus.PREPARED, withHint);
        }
    }

    static XaState begun(boolean subordinate) {
        return new XaState(XaPhase.ACTIVE, subordinate, List.of(), 0, false, Conduct.NONE, null);
    }

    XaState in(XaPhase next) {
        return new XaState(next, subordinate, members, decider, told, conduct, why);
    }

    XaState because(@Nullable String reason) {
        return new XaState(phase, subordinate, members, decider, told, conduct, why == null ? reason : why);
    }

    XaState decidedBy(int branch) {
        return new XaState(phase, subordinate, members, branch, told, conduct, why);
    }

    XaState answered() {
        return new XaState(phase, subordinate, members, decider, true, conduct, why);
    }

    XaState with(Conduct next) {
        return next == conduct ? this : new XaState(phase, subordinate, members, decider, told, conduct.and(next), why);
    }

    XaState joinedBy(Member member) {
        List<Member> more = new ArrayList<>(members);
        more.add(member);
        return new XaState(phase, subordinate, more, decider, told, conduct, why);
    }

    // loops and not streams: a commit asks and changes its members a dozen times

    XaState member(int number, UnaryOperator<Member> change) {
        Member[] changed = members.toArray(new Member[0]);
        for (int i = 0; i < changed.length; i++) {
            if (changed[i].number() == number) {
                changed[i] = change.apply(changed[i]);
            }
        }
        return new XaState(phase, subordinate, List.of(changed), decider, told, conduct, why);
    }

    Member member(int number) {
        for (Member member : members) {
            if (member.number() == number) {
                return member;
            }
        }
        throw new IllegalArgumentException("no branch " + number + " in " + this);
    }

    boolean all(BranchStatus status) {
        for (Member member : members) {
            if (member.status() != status) {
                return false;
            }
        }
        return true;
    }

    boolean any(BranchStatus status) {
        for (Member member : members) {
            if (member.status() == status) {
                return true;
            }
        }
        return false;
    }

    List<Member> those(BranchStatus status) {
        List<Member> found = new ArrayList<>(members.size());
        for (Member member : members) {
            if (member.status() == status) {
                found.add(member);
            }
        }
        return found;
    }
}
