package io.tallystick.xa;

import static io.tallystick.xa.BranchStatus.ENDED;
import static io.tallystick.xa.BranchStatus.FINISHING;
import static io.tallystick.xa.BranchStatus.MISSING;
import static io.tallystick.xa.BranchStatus.PREPARED;
import static io.tallystick.xa.BranchStatus.RECORDING;
import static io.tallystick.xa.BranchStatus.VOTING;
import static io.tallystick.xa.BranchStatus.WORKING;
import static io.tallystick.xa.XaPhase.ABORTING;
import static io.tallystick.xa.XaPhase.COMMITTED;
import static io.tallystick.xa.XaPhase.COMMITTING;
import static io.tallystick.xa.XaPhase.DECIDING;
import static io.tallystick.xa.XaPhase.DOOMED;
import static io.tallystick.xa.XaPhase.HANDED_OVER;
import static io.tallystick.xa.XaPhase.IN_DOUBT;
import static io.tallystick.xa.XaPhase.ONE_PHASE;
import static io.tallystick.xa.XaPhase.PREPARING;
import static io.tallystick.xa.XaPhase.ROLLED_BACK;
import static io.tallystick.xa.XaPhase.UNKNOWN;

import io.tallystick.xa.XaState.Member;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Two-phase commit with presumed abort, and with the decision in the last participant's own commit. Pure: no I/O, clock or threads.
 *
 * <p>Source: C. Mohan, B. Lindsay, R. Obermarck, "Transaction Management in the R* Distributed Database Management System", TODS 1986;
 * the last participant: "logging last resource". The legal moves stand in {@link XaTable}.
 */
final class XaMachine {

    private XaMachine() {}

    /** A decision to commit found in a store: every branch is told again. */
    static Turn recovered(DecisionRecord decision) {
        XaState state = XaState.begun(false).in(COMMITTING).answered();
        return commitAll(joinedBy(state, decision.branches()));
    }

    /**
     * Prepared branches of one resource without a known decision, whose coordinator is gone: the tombstone settles it. When a decision
     * to commit turns up instead, the one who {@link #recovered recovers} it has the whole list.
     */
    static Turn orphaned(List<DecisionRecord.Voted> prepared) {
        XaState state = XaState.begun(true).in(IN_DOUBT).answered().because("its coordinator is gone");
        return Turn.to(joinedBy(state, prepared), new XaEffect.Settle(false));
    }

    /** Numbered in the order of the list: its coordinator's numbers have gaps where a branch was read-only or decided. */
    private static XaState joinedBy(XaState state, List<DecisionRecord.Voted> prepared) {
        XaState next = state;
        for (DecisionRecord.Voted voted : prepared) {
            int number = next.members().size() + 1;
            next = next.joinedBy(new Member(number, voted.resource(), PREPARED, voted.hint()));
        }
        return next;
    }

    static Turn decide(XaState state, XaEvent event) {
        return XaTable.turn(state, event);
    }

    // ---- while the application works

    static Turn joined(XaState state, XaEvent.Joined joined) {
        int number = state.members().size() + 1;
        return Turn.to(state.joinedBy(new Member(number, joined.resource(), WORKING, "")));
    }

    static Turn doomed(XaState state, XaEvent.RollbackOnly event) {
        return Turn.to(state.in(DOOMED).because(event.why()));
    }

    static Turn commitAsked(XaState state, XaEvent.CommitAsked event) {
        if (state.members().isEmpty()) {
            return state.subordinate() ? handOver(state) : committed(state);
        }
        if (state.subordinate()) {
            return prepareAll(state, m -> true);
        }
        if (state.members().size() == 1 && event.lastParticipant() == 1) {
            Member only = state.members().get(0);
            if (event.askable()) {
                // a lost answer is settled like that of any last participant
                return Turn.to(
                        state.in(DECIDING).decidedBy(only.number()).member(only.number(), m -> m.with(FINISHING)),
                        new XaEffect.Decide(only.number(), List.of()));
            }
            return Turn.to(
                    state.in(ONE_PHASE).decidedBy(only.number()).member(only.number(), m -> m.with(FINISHING)),
                    new XaEffect.CommitAlone(only.number()));
        }
        int last = event.lastParticipant();
        return prepareAll(state.decidedBy(last), m -> m.number() != last);
    }

    private static Turn prepareAll(XaState state, Predicate<Member> which) {
        XaState next = state.in(PREPARING);
        List<XaEffect> effects = new ArrayList<>();
        for (Member member : state.members()) {
            if (which.test(member)) {
                next = next.member(member.number(), m -> m.with(VOTING));
                effects.add(new XaEffect.Prepare(member.number()));
            }
        }
        return Turn.to(next, effects);
    }

    static Turn doomedCommit(XaState state) {
        return abort(state.because("it was marked for rollback only"));
    }

    static Turn rollbackAsked(XaState state, XaEvent.RollbackAsked event) {
        return abort(state.because(event.why()));
    }

    static Turn timedOut(XaState state) {
        return abort(state.because("its time-out passed"));
    }

    // ---- phase 1

    static Turn voted(XaState state, XaEvent.Voted event) {
        if (state.member(event.branch()).status() != VOTING) {
            return Turn.refuse(state, describe(state, event.branch()) + " was not asked for a vote");
        }
        XaState next = state.member(event.branch(), m -> afterVote(m, event.vote()));
        if (event.vote() instanceof Vote.No no) {
            return abort(next.because(describe(next, event.branch()) + " voted no: " + no.reason()));
        }
        if (event.vote() instanceof Vote.Unknown unknown) {
            return abort(next.because(describe(next, event.branch()) + " did not vote: " + unknown.reason()));
        }
        return next.any(VOTING) ? Turn.to(next) : allVoted(next);
    }

    private static Member afterVote(Member member, Vote vote) {
        if (vote instanceof Vote.Prepared yes) {
            return member.prepared(yes.hint());
        }
        // an unknown vote may have been a yes
        return member.with(vote instanceof Vote.Unknown ? PREPARED : ENDED);
    }

    private static Turn allVoted(XaState state) {
        if (state.subordinate()) {
            return handOver(state);
        }
        List<Integer> prepared = numbers(state.those(PREPARED));
        int last = state.decider();
        if (last != 0 && prepared.isEmpty()) {
            return Turn.to(state.in(ONE_PHASE).member(last, m -> m.with(FINISHING)), new XaEffect.CommitAlone(last));
        }
        if (prepared.isEmpty()) {
            return committed(state);
        }
        XaState next = state.in(DECIDING);
        return Turn.to(
                last == 0 ? next : next.member(last, m -> m.with(FINISHING)), new XaEffect.Decide(last, prepared));
    }

    private static List<Integer> numbers(List<Member> members) {
        List<Integer> numbers = new ArrayList<>(members.size());
        for (Member member : members) {
            numbers.add(member.number());
        }
        return List.copyOf(numbers);
    }

    /** A vote that arrives while the transaction is being rolled back. */
    static Turn votedLate(XaState state, XaEvent.Voted event) {
        if (state.member(event.branch()).status() != VOTING) {
            return Turn.refuse(state, describe(state, event.branch()) + " was not asked for a vote");
        }
        XaState next = state.member(event.branch(), m -> afterVote(m, event.vote()));
        return next.member(event.branch()).status() == PREPARED
                ? Turn.to(
                        next.member(event.branch(), m -> m.with(FINISHING)),
                        new XaEffect.Rollback(event.branch(), false))
                : whenAllEnded(next);
    }

    // ---- the decision

    static Turn spokenAlone(XaState state, XaEvent.Spoken event) {
        XaState next = state.member(event.branch(), m -> m.with(ENDED));
        if (event.word() instanceof LastWord.Committed) {
            return committed(next);
        }
        if (event.word() instanceof LastWord.RolledBack no) {
            return rolledBack(next.because(no.reason()));
        }
        if (event.word() instanceof LastWord.Heuristic byItself) {
            return Turn.to(
                    state.in(COMMITTING).with(Conduct.MIXED).member(event.branch(), m -> m.with(RECORDING)),
                    new XaEffect.KeepEvidence(event.branch(), Verdict.COMMIT, byItself.said()));
        }
        String why = event.word() instanceof LastWord.Unknown unknown ? unknown.reason() : "unexpected answer";
        return Turn.to(next.in(UNKNOWN).because(why).answered(), new XaEffect.Tell(XaOutcome.UNKNOWN, why));
    }

    static Turn spokenLast(XaState state, XaEvent.Spoken event) {
        if (event.word() instanceof LastWord.Unknown unknown) {
            return doubt(state, unknown.reason());
        }
        if (event.word() instanceof LastWord.Heuristic byItself) {
            // the row that it carried says what became of the decision
            return doubt(state, byItself.said().evidence());
        }
        XaState next = state.member(event.branch(), m -> m.with(ENDED));
        if (event.word() instanceof LastWord.Committed) {
            return commitAll(next.with(Conduct.AS_DECIDED));
        }
        String why = event.word() instanceof LastWord.RolledBack no ? no.reason() : OVERRULED;
        return abort(next.because(why));
    }

    private static final String OVERRULED = "somebody rolled it back first, because its coordinator seemed to be gone";

    static Turn decided(XaState state, XaEvent.Decided event) {
        return event.verdict() == Verdict.COMMIT ? commitAll(state) : abort(state.because(OVERRULED));
    }

    static Turn notDecided(XaState state, XaEvent.NotDecided event) {
        return abort(state.because("the decision could not be stored: " + event.why()));
    }

    static Turn decisionUnknown(XaState state, XaEvent.DecisionUnknown event) {
        return doubt(state, event.why());
    }

    private static Turn doubt(XaState state, String why) {
        return Turn.to(state.in(IN_DOUBT).because(why), new XaEffect.Settle(false));
    }

    static Turn stillInDoubt(XaState state, XaEvent.DecisionUnknown event) {
        List<XaEffect> effects = new ArrayList<>();
        if (!state.told()) {
            effects.add(new XaEffect.Tell(XaOutcome.UNKNOWN, event.why()));
        }
        effects.add(new XaEffect.Settle(true));
        return Turn.to(state.answered(), effects);
    }

    static Turn settled(XaState state, XaEvent.Settled event) {
        // the last participant's own commit is settled by the same row: it needs no word of its own
        XaState next = state.decider() == 0 || event.verdict() == Verdict.ABORT
                ? state
                : state.member(state.decider(), m -> m.with(ENDED)).with(Conduct.AS_DECIDED);
        if (event.verdict() == Verdict.ABORT) {
            return abort(next);
        }
        return next.subordinate() ? handOver(next) : commitAll(next);
    }

    // ---- phase 2

    private static Turn commitAll(XaState state) {
        XaState next = state.in(COMMITTING);
        List<XaEffect> effects = new ArrayList<>();
        for (Member member : state.those(PREPARED)) {
            next = next.member(member.number(), m -> m.with(FINISHING));
            effects.add(new XaEffect.Commit(member.number(), false));
        }
        return effects.isEmpty() ? committed(next) : Turn.to(next, effects);
    }

    private static Turn abort(XaState state) {
        XaState next = state.in(ABORTING);
        List<XaEffect> effects = new ArrayList<>();
        for (Member member : state.members()) {
            // one that is voting is rolled back when its vote is in, so that both do not meet on one connection
            if (member.status() == WORKING
                    || member.status() == PREPARED
                    || member.status() == FINISHING && member.number() == state.decider()) {
                next = next.member(member.number(), m -> m.with(FINISHING));
                effects.add(new XaEffect.Rollback(member.number(), false));
            }
        }
        Turn ended = whenAllEnded(next);
        return effects.isEmpty() ? ended : Turn.to(next, effects);
    }

    static Turn answered(XaState state, XaEvent.Answered event) {
        if (state.member(event.branch()).status() != FINISHING) {
            return Turn.refuse(state, describe(state, event.branch()) + " was not told to end");
        }
        boolean commit = state.phase() == COMMITTING;
        if (event.ack() instanceof Ack.Done) {
            return endedAsDecided(state, event.branch());
        }
        if (event.ack() instanceof Ack.Retry) {
            return Turn.to(state, told(event.branch(), commit, true));
        }
        if (event.ack() instanceof Ack.Absent) {
            return Turn.to(state.member(event.branch(), m -> m.with(MISSING)), new XaEffect.LookFor(event.branch()));
        }
        return heuristic(state, event.branch(), (Ack.Heuristic) event.ack());
    }

    private static Turn heuristic(XaState state, int branch, Ack.Heuristic found) {
        Verdict decided = state.phase() == COMMITTING ? Verdict.COMMIT : Verdict.ABORT;
        Conduct conduct = conduct(found.found(), decided);
        if (conduct == Conduct.AS_DECIDED) {
            return endedAsDecided(state, branch);
        }
        // not ended yet: the thread that ends the last branch would tell before this one has stored anything
        return Turn.to(
                state.with(conduct).member(branch, m -> m.with(RECORDING)),
                new XaEffect.KeepEvidence(branch, decided, found));
    }

    private static Conduct conduct(Ack.Found found, Verdict decided) {
        return switch (found) {
            case COMMITTED -> decided == Verdict.COMMIT ? Conduct.AS_DECIDED : Conduct.OPPOSITE;
            case ROLLED_BACK -> decided == Verdict.COMMIT ? Conduct.OPPOSITE : Conduct.AS_DECIDED;
            case MIXED, UNKNOWN -> Conduct.MIXED;
        };
    }

    static Turn evidenceKept(XaState state, XaEvent.EvidenceKept event) {
        return state.member(event.branch()).status() == RECORDING
                ? ended(state, event.branch())
                : Turn.refuse(state, describe(state, event.branch()) + " left no evidence to be stored");
    }

    static Turn gone(XaState state, XaEvent.Gone event) {
        return event.fate() == null
                ? endedAsDecided(state, event.branch())
                : heuristic(state, event.branch(), new Ack.Heuristic(event.fate(), event.evidence()));
    }

    static Turn stillThere(XaState state, XaEvent.StillThere event) {
        return Turn.to(
                state.member(event.branch(), m -> m.with(FINISHING)),
                told(event.branch(), state.phase() == COMMITTING, true));
    }

    private static XaEffect told(int branch, boolean commit, boolean again) {
        return commit ? new XaEffect.Commit(branch, again) : new XaEffect.Rollback(branch, again);
    }

    private static Turn endedAsDecided(XaState state, int branch) {
        return ended(state.with(Conduct.AS_DECIDED), branch);
    }

    private static Turn ended(XaState state, int branch) {
        return whenAllEnded(state.member(branch, m -> m.with(ENDED)));
    }

    private static Turn whenAllEnded(XaState state) {
        if (!state.all(ENDED)) {
            return Turn.to(state);
        }
        return state.phase() == COMMITTING ? committed(state) : rolledBack(state);
    }

    static Turn waitedEnough(XaState state) {
        if (state.told() || state.any(RECORDING)) {
            // what is known to be mixed is told as nothing else, and not before its evidence is stored
            return Turn.to(state);
        }
        XaOutcome asDecided = state.phase() == COMMITTING ? XaOutcome.COMMITTED : XaOutcome.ROLLED_BACK;
        return Turn.to(state.answered(), new XaEffect.Tell(state.mixed() ? XaOutcome.MIXED : asDecided, state.why()));
    }

    private static Turn committed(XaState state) {
        List<XaEffect> effects = new ArrayList<>();
        tell(effects, state, state.mixed() ? XaOutcome.MIXED : XaOutcome.COMMITTED);
        if (state.phase() == COMMITTING) {
            effects.add(new XaEffect.End());
        }
        return Turn.to(state.in(COMMITTED).answered(), effects);
    }

    private static Turn rolledBack(XaState state) {
        List<XaEffect> effects = new ArrayList<>();
        tell(effects, state, state.mixed() ? XaOutcome.MIXED : XaOutcome.ROLLED_BACK);
        return Turn.to(state.in(ROLLED_BACK).answered(), effects);
    }

    private static void tell(List<XaEffect> effects, XaState state, XaOutcome outcome) {
        if (!state.told()) {
            effects.add(new XaEffect.Tell(outcome, state.why()));
        }
    }

    private static Turn handOver(XaState state) {
        return Turn.to(state.in(HANDED_OVER).answered(), new XaEffect.HandOver());
    }

    private static String describe(XaState state, int branch) {
        return "branch " + branch + " on " + state.member(branch).resource();
    }
}
