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
 * @param mixed some branch ended otherwise than decided
 * @param why the reason for a rollback or a doubt, for the application
 */
record XaState(
        XaPhase phase,
        boolean subordinate,
        List<Member> members,
        int decider,
        boolean told,
        boolean mixed,
        @Nullable String why) {

    XaState {
        members = List.copyOf(members);
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
        return new XaState(XaPhase.ACTIVE, subordinate, List.of(), 0, false, false, null);
    }

    XaState in(XaPhase next) {
        return new XaState(next, subordinate, members, decider, told, mixed, why);
    }

    XaState because(@Nullable String reason) {
        return new XaState(phase, subordinate, members, decider, told, mixed, why == null ? reason : why);
    }

    XaState decidedBy(int branch) {
        return new XaState(phase, subordinate, members, branch, told, mixed, why);
    }

    XaState answered() {
        return new XaState(phase, subordinate, members, decider, true, mixed, why);
    }

    XaState withEvidence() {
        return new XaState(phase, subordinate, members, decider, told, true, why);
    }

    XaState joinedBy(Member member) {
        List<Member> more = new ArrayList<>(members);
        more.add(member);
        return new XaState(phase, subordinate, more, decider, told, mixed, why);
    }

    XaState member(int number, UnaryOperator<Member> change) {
        return new XaState(
                phase,
                subordinate,
                members.stream()
                        .map(m -> m.number() == number ? change.apply(m) : m)
                        .toList(),
                decider,
                told,
                mixed,
                why);
    }

    Member member(int number) {
        return members.stream()
                .filter(m -> m.number() == number)
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no branch " + number + " in " + this));
    }

    boolean all(BranchStatus status) {
        return members.stream().allMatch(m -> m.status() == status);
    }

    boolean any(BranchStatus status) {
        return members.stream().anyMatch(m -> m.status() == status);
    }

    List<Member> those(BranchStatus status) {
        return members.stream().filter(m -> m.status() == status).toList();
    }
}
