package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.xa.XaEffect.Commit;
import io.tallystick.xa.XaEffect.CommitAlone;
import io.tallystick.xa.XaEffect.Decide;
import io.tallystick.xa.XaEffect.End;
import io.tallystick.xa.XaEffect.HandOver;
import io.tallystick.xa.XaEffect.KeepEvidence;
import io.tallystick.xa.XaEffect.LookFor;
import io.tallystick.xa.XaEffect.Prepare;
import io.tallystick.xa.XaEffect.Rollback;
import io.tallystick.xa.XaEffect.Settle;
import io.tallystick.xa.XaEffect.Tell;
import io.tallystick.xa.XaEvent.Answered;
import io.tallystick.xa.XaEvent.CommitAsked;
import io.tallystick.xa.XaEvent.Decided;
import io.tallystick.xa.XaEvent.DecisionUnknown;
import io.tallystick.xa.XaEvent.EvidenceKept;
import io.tallystick.xa.XaEvent.Gone;
import io.tallystick.xa.XaEvent.Joined;
import io.tallystick.xa.XaEvent.NotDecided;
import io.tallystick.xa.XaEvent.RollbackAsked;
import io.tallystick.xa.XaEvent.RollbackOnly;
import io.tallystick.xa.XaEvent.Settled;
import io.tallystick.xa.XaEvent.Spoken;
import io.tallystick.xa.XaEvent.StillThere;
import io.tallystick.xa.XaEvent.TimedOut;
import io.tallystick.xa.XaEvent.Voted;
import io.tallystick.xa.XaEvent.WaitedEnough;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Each move of {@link XaTable}, with what it leads to. The class fails when a move of the table was never made. */
class XaMachineTest {

    private static final Set<String> MADE = new TreeSet<>();

    private static final Vote YES = new Vote.Prepared("hint");
    private static final Vote NO = new Vote.No("constraint");
    private static final Vote LOST = new Vote.Unknown("lost");
    private static final Vote READ_ONLY = new Vote.ReadOnly();
    private static final Ack DONE = new Ack.Done();
    private static final Ack RETRY = new Ack.Retry("down");
    private static final Ack ABSENT = new Ack.Absent();
    private static final LastWord COMMITTED = new LastWord.Committed();
    private static final Ack.Heuristic BY_ITSELF = new Ack.Heuristic(Ack.Found.ROLLED_BACK, "somebody did it");

    // ---- the sentence

    private record Given(XaState state) {
        Then when(XaEvent event) {
            Turn turn = XaMachine.decide(state, event);
            if (turn.refused() == null) {
                MADE.add(move(
                        state.phase(),
                        event.getClass().getSimpleName(),
                        turn.next().phase()));
            }
            return new Then(state, turn);
        }
    }

    private record Then(XaState before, Turn turn) {
        XaState then(XaPhase phase, XaEffect... effects) {
            assertThat(turn.refused()).isNull();
            assertThat(turn.next().phase()).isEqualTo(phase);
            assertThat(turn.effects()).containsExactly(effects);
            return turn.next();
        }

        void refused() {
            assertThat(turn.refused()).isNotBlank();
            assertThat(turn.next()).isEqualTo(before);
            assertThat(turn.effects()).isEmpty();
        }
    }

    private static String move(XaPhase from, String event, XaPhase to) {
        return from + " " + event + " " + to;
    }

    private static Given given(XaState state) {
        return new Given(state);
    }

    private static XaState after(XaState state, XaEvent... events) {
        XaState now = state;
        for (XaEvent event : events) {
            Turn turn = XaMachine.decide(now, event);
            assertThat(turn.refused()).isNull();
            now = turn.next();
        }
        return now;
    }

    @AfterAll
    static void every_move_was_made() {
        Set<String> all = new TreeSet<>();
        XaTable.moves()
                .forEach((from, events) ->
                        events.forEach((event, phases) -> phases.forEach(to -> all.add(move(from, event, to)))));
        assertThat(MADE).isEqualTo(all);
    }

    // ---- states

    private static XaState active(int branches) {
        XaState state = XaState.begun(false);
        for (int i = 1; i <= branches; i++) {
            state = after(state, new Joined("db" + i));
        }
        return state;
    }

    private static XaState subordinate(int branches) {
        XaState state = XaState.begun(true);
        for (int i = 1; i <= branches; i++) {
            state = after(state, new Joined("db" + i));
        }
        return state;
    }

    private static XaState preparing(int branches, int last) {
        return after(active(branches), new CommitAsked(last));
    }

    /** Two branches, the second decides. */
    private static XaState deciding() {
        return after(preparing(2, 2), new Voted(1, YES));
    }

    /** Two branches, the store decides. */
    private static XaState decidingInTheStore() {
        return after(preparing(2, 0), new Voted(1, YES), new Voted(2, YES));
    }

    private static XaState committing() {
        return after(decidingInTheStore(), new Decided(Verdict.COMMIT));
    }

    private static XaState aborting() {
        return after(decidingInTheStore(), new Decided(Verdict.ABORT));
    }

    private static XaState orphaned() {
        Turn turn = XaMachine.orphaned(List.of(voted(7)));
        assertThat(turn.effects()).containsExactly(new Settle(false));
        return turn.next();
    }

    private static DecisionRecord.Voted voted(int number) {
        Gtrid gtrid = new Gtrid(1, 2, 3, 4, 5, Instant.EPOCH);
        return new DecisionRecord.Voted(new BranchXid(gtrid, number, 6, number), "db" + number, "", "hint");
    }

    private static Tell tell(XaOutcome outcome) {
        return new Tell(outcome, null);
    }

    // ---- while the application works

    @Test
    void branches_join_while_the_application_works() {
        given(active(0)).when(new Joined("orders")).then(XaPhase.ACTIVE);
        given(preparing(2, 2)).when(new Joined("late")).refused();
        given(committing()).when(new Joined("late")).refused();
    }

    @Test
    void what_is_doomed_can_only_be_rolled_back() {
        XaState doomed = given(active(1)).when(new RollbackOnly("tired")).then(XaPhase.DOOMED);
        given(doomed).when(new RollbackOnly("again")).then(XaPhase.DOOMED);
        given(doomed).when(new Joined("late")).refused();
        given(doomed).when(new CommitAsked(1)).then(XaPhase.ABORTING, new Rollback(1, false));
        given(doomed).when(new RollbackAsked("no")).then(XaPhase.ABORTING, new Rollback(1, false));
        given(doomed).when(new TimedOut()).then(XaPhase.ABORTING, new Rollback(1, false));
        XaState empty = after(active(0), new RollbackOnly("tired"));
        Tell told = new Tell(XaOutcome.ROLLED_BACK, "tired");
        given(empty).when(new CommitAsked(0)).then(XaPhase.ROLLED_BACK, told);
        given(empty).when(new RollbackAsked("no")).then(XaPhase.ROLLED_BACK, told);
        given(empty).when(new TimedOut()).then(XaPhase.ROLLED_BACK, told);
    }

    @Test
    void a_rollback_or_a_time_out_reaches_every_branch() {
        given(active(2))
                .when(new RollbackAsked("no"))
                .then(XaPhase.ABORTING, new Rollback(1, false), new Rollback(2, false));
        given(active(2)).when(new TimedOut()).then(XaPhase.ABORTING, new Rollback(1, false), new Rollback(2, false));
        given(active(0)).when(new RollbackAsked("no")).then(XaPhase.ROLLED_BACK, new Tell(XaOutcome.ROLLED_BACK, "no"));
        given(active(0))
                .when(new TimedOut())
                .then(XaPhase.ROLLED_BACK, new Tell(XaOutcome.ROLLED_BACK, "its time-out passed"));
    }

    // ---- one phase

    @Test
    void nothing_is_written_for_an_empty_transaction() {
        given(active(0)).when(new CommitAsked(0)).then(XaPhase.COMMITTED, tell(XaOutcome.COMMITTED));
        given(subordinate(0)).when(new CommitAsked(0)).then(XaPhase.HANDED_OVER, new HandOver());
    }

    @Test
    void a_single_branch_decides_by_its_own_commit() {
        XaState alone = given(active(1)).when(new CommitAsked(1)).then(XaPhase.ONE_PHASE, new CommitAlone(1));
        given(alone).when(new Spoken(1, COMMITTED)).then(XaPhase.COMMITTED, tell(XaOutcome.COMMITTED));
        given(alone)
                .when(new Spoken(1, new LastWord.RolledBack("deferred constraint")))
                .then(XaPhase.ROLLED_BACK, new Tell(XaOutcome.ROLLED_BACK, "deferred constraint"));
        given(alone)
                .when(new Spoken(1, new LastWord.Unknown("lost")))
                .then(XaPhase.UNKNOWN, new Tell(XaOutcome.UNKNOWN, "lost"));
        given(alone).when(new TimedOut()).refused();
    }

    @Test
    void a_single_branch_that_decides_by_itself_in_its_only_phase_is_told_with_evidence() {
        Ack.Heuristic inParts = new Ack.Heuristic(Ack.Found.MIXED, "XA error 5");
        XaState alone = given(active(1)).when(new CommitAsked(1)).then(XaPhase.ONE_PHASE, new CommitAlone(1));
        XaState recording = given(alone)
                .when(new Spoken(1, new LastWord.Heuristic(inParts)))
                .then(XaPhase.COMMITTING, new KeepEvidence(1, Verdict.COMMIT, inParts));
        given(recording).when(new WaitedEnough()).then(XaPhase.COMMITTING);
        given(recording).when(new EvidenceKept(1)).then(XaPhase.COMMITTED, tell(XaOutcome.MIXED), new End());
        given(deciding())
                .when(new Spoken(2, new LastWord.Heuristic(inParts)))
                .then(XaPhase.IN_DOUBT, new Settle(false));
    }

    @Test
    void a_single_branch_of_a_transaction_that_can_be_asked_for_carries_a_decision() {
        XaState alone =
                given(active(1)).when(new CommitAsked(1, true)).then(XaPhase.DECIDING, new Decide(1, List.of()));
        given(alone).when(new Spoken(1, COMMITTED)).then(XaPhase.COMMITTED, tell(XaOutcome.COMMITTED), new End());
        given(alone)
                .when(new Spoken(1, new LastWord.RolledBack("deferred constraint")))
                .then(XaPhase.ROLLED_BACK, new Tell(XaOutcome.ROLLED_BACK, "deferred constraint"));
        XaState doubt = given(alone)
                .when(new Spoken(1, new LastWord.Unknown("lost")))
                .then(XaPhase.IN_DOUBT, new Settle(false));
        given(doubt)
                .when(new Settled(Verdict.COMMIT))
                .then(XaPhase.COMMITTED, new Tell(XaOutcome.COMMITTED, "lost"), new End());
        given(doubt).when(new Settled(Verdict.ABORT)).then(XaPhase.ABORTING, new Rollback(1, false));
    }

    @Test
    void a_single_branch_that_cannot_commit_alone_is_prepared() {
        given(active(1)).when(new CommitAsked(0)).then(XaPhase.PREPARING, new Prepare(1));
    }

    // ---- phase 1

    @Test
    void all_but_the_last_participant_are_asked_for_their_votes() {
        XaState asked =
                given(active(3)).when(new CommitAsked(3)).then(XaPhase.PREPARING, new Prepare(1), new Prepare(2));
        XaState half = given(asked).when(new Voted(1, YES)).then(XaPhase.PREPARING);
        given(half).when(new Voted(1, YES)).refused();
        given(half).when(new Voted(2, YES)).then(XaPhase.DECIDING, new Decide(3, List.of(1, 2)));
    }

    @Test
    void where_only_the_last_participant_wrote_no_decision_is_needed() {
        given(preparing(2, 2)).when(new Voted(1, READ_ONLY)).then(XaPhase.ONE_PHASE, new CommitAlone(2));
        XaState half = after(preparing(2, 0), new Voted(1, READ_ONLY));
        given(half).when(new Voted(2, READ_ONLY)).then(XaPhase.COMMITTED, tell(XaOutcome.COMMITTED));
    }

    @Test
    void one_no_rolls_back_all_that_are_not_being_asked_just_now() {
        XaState rolling = given(preparing(3, 3)).when(new Voted(1, NO)).then(XaPhase.ABORTING, new Rollback(3, false));
        given(rolling).when(new Voted(2, YES)).then(XaPhase.ABORTING, new Rollback(2, false));
        XaState rest = after(rolling, new Answered(3, DONE));
        given(rest)
                .when(new Voted(2, NO))
                .then(XaPhase.ROLLED_BACK, new Tell(XaOutcome.ROLLED_BACK, "branch 1 on db1 voted no: constraint"));
        given(rest).when(new Voted(3, YES)).refused();
    }

    @Test
    void an_unknown_vote_counts_as_no_and_is_rolled_back_like_a_yes() {
        given(preparing(2, 2))
                .when(new Voted(1, LOST))
                .then(XaPhase.ABORTING, new Rollback(1, false), new Rollback(2, false));
    }

    @Test
    void a_time_out_before_the_decision_rolls_back() {
        given(preparing(2, 2)).when(new TimedOut()).then(XaPhase.ABORTING, new Rollback(2, false));
    }

    @Test
    void a_subordinate_hands_over_and_decides_nothing() {
        XaState asked =
                given(subordinate(2)).when(new CommitAsked(0)).then(XaPhase.PREPARING, new Prepare(1), new Prepare(2));
        given(after(asked, new Voted(1, YES))).when(new Voted(2, YES)).then(XaPhase.HANDED_OVER, new HandOver());
        XaState single = after(subordinate(1), new CommitAsked(0));
        given(single)
                .when(new Voted(1, NO))
                .then(XaPhase.ROLLED_BACK, new Tell(XaOutcome.ROLLED_BACK, "branch 1 on db1 voted no: constraint"));
    }

    // ---- the decision

    @Test
    void the_last_participants_commit_is_the_decision() {
        given(deciding()).when(new Spoken(2, COMMITTED)).then(XaPhase.COMMITTING, new Commit(1, false));
        given(deciding())
                .when(new Spoken(2, new LastWord.RolledBack("serialization")))
                .then(XaPhase.ABORTING, new Rollback(1, false));
        given(deciding()).when(new Spoken(2, new LastWord.Overruled())).then(XaPhase.ABORTING, new Rollback(1, false));
        given(deciding()).when(new Spoken(2, new LastWord.Unknown("lost"))).then(XaPhase.IN_DOUBT, new Settle(false));
    }

    @Test
    void the_stores_write_is_the_decision() {
        XaState deciding = decidingInTheStore();
        given(deciding)
                .when(new Decided(Verdict.COMMIT))
                .then(XaPhase.COMMITTING, new Commit(1, false), new Commit(2, false));
        given(deciding)
                .when(new Decided(Verdict.ABORT))
                .then(XaPhase.ABORTING, new Rollback(1, false), new Rollback(2, false));
        given(deciding)
                .when(new NotDecided("down"))
                .then(XaPhase.ABORTING, new Rollback(1, false), new Rollback(2, false));
    }

    @Test
    void nothing_times_out_once_the_decision_is_being_written() {
        given(deciding()).when(new TimedOut()).refused();
        given(after(deciding(), new Spoken(2, new LastWord.Unknown("lost"))))
                .when(new TimedOut())
                .refused();
        given(committing()).when(new TimedOut()).refused();
        given(committing()).when(new RollbackAsked("no")).refused();
    }

    @Test
    void an_unknown_write_leads_neither_to_commit_nor_to_rollback_until_the_store_has_answered() {
        XaState doubt =
                given(decidingInTheStore()).when(new DecisionUnknown("lost")).then(XaPhase.IN_DOUBT, new Settle(false));
        XaState told = given(doubt)
                .when(new DecisionUnknown("down"))
                .then(XaPhase.IN_DOUBT, new Tell(XaOutcome.UNKNOWN, "down"), new Settle(true));
        given(told).when(new DecisionUnknown("down")).then(XaPhase.IN_DOUBT, new Settle(true));
        given(told)
                .when(new Settled(Verdict.COMMIT))
                .then(XaPhase.COMMITTING, new Commit(1, false), new Commit(2, false));
        given(told)
                .when(new Settled(Verdict.ABORT))
                .then(XaPhase.ABORTING, new Rollback(1, false), new Rollback(2, false));
    }

    @Test
    void a_lost_word_of_the_last_participant_is_settled_by_its_row() {
        XaState doubt = after(deciding(), new Spoken(2, new LastWord.Unknown("lost")));
        given(doubt).when(new Settled(Verdict.COMMIT)).then(XaPhase.COMMITTING, new Commit(1, false));
        given(doubt)
                .when(new Settled(Verdict.ABORT))
                .then(XaPhase.ABORTING, new Rollback(1, false), new Rollback(2, false));
    }

    // ---- phase 2

    @Test
    void the_decision_is_ended_only_after_all_have_acknowledged() {
        XaState one = given(committing()).when(new Answered(1, DONE)).then(XaPhase.COMMITTING);
        given(one).when(new Answered(1, DONE)).refused();
        given(one).when(new Answered(2, DONE)).then(XaPhase.COMMITTED, tell(XaOutcome.COMMITTED), new End());
    }

    @Test
    void a_branch_is_told_again_until_it_answers() {
        given(committing()).when(new Answered(1, RETRY)).then(XaPhase.COMMITTING, new Commit(1, true));
        given(aborting()).when(new Answered(1, RETRY)).then(XaPhase.ABORTING, new Rollback(1, true));
    }

    @Test
    void absent_is_not_done_it_is_looked_for() {
        XaState looking = given(committing()).when(new Answered(1, ABSENT)).then(XaPhase.COMMITTING, new LookFor(1));
        given(looking).when(new StillThere(1)).then(XaPhase.COMMITTING, new Commit(1, true));
        XaState gone = given(looking).when(new Gone(1, null, "")).then(XaPhase.COMMITTING);
        given(after(gone, new Answered(2, ABSENT)))
                .when(new Gone(2, Ack.Found.COMMITTED, "said so"))
                .then(XaPhase.COMMITTED, tell(XaOutcome.COMMITTED), new End());
        XaState rolling = given(aborting()).when(new Answered(1, ABSENT)).then(XaPhase.ABORTING, new LookFor(1));
        given(rolling).when(new StillThere(1)).then(XaPhase.ABORTING, new Rollback(1, true));
        XaState rolled = given(rolling).when(new Gone(1, null, "")).then(XaPhase.ABORTING);
        given(after(rolled, new Answered(2, ABSENT)))
                .when(new Gone(2, Ack.Found.ROLLED_BACK, "said so"))
                .then(XaPhase.ROLLED_BACK, new Tell(XaOutcome.ROLLED_BACK, OVERRULED));
    }

    private static final String OVERRULED = "somebody rolled it back first, because its coordinator seemed to be gone";

    @Test
    void the_application_waits_for_acknowledgements_only_so_long() {
        XaState told = given(committing()).when(new WaitedEnough()).then(XaPhase.COMMITTING, tell(XaOutcome.COMMITTED));
        given(told).when(new WaitedEnough()).then(XaPhase.COMMITTING);
        given(after(told, new Answered(1, DONE))).when(new Answered(2, DONE)).then(XaPhase.COMMITTED, new End());
        given(aborting()).when(new WaitedEnough()).then(XaPhase.ABORTING, new Tell(XaOutcome.ROLLED_BACK, OVERRULED));
        given(deciding()).when(new WaitedEnough()).refused();
    }

    @Test
    void what_is_being_rolled_back_may_be_asked_for_it_again() {
        given(aborting()).when(new RollbackAsked("no")).then(XaPhase.ABORTING);
        given(after(aborting(), new Answered(1, DONE)))
                .when(new Answered(2, DONE))
                .then(XaPhase.ROLLED_BACK, new Tell(XaOutcome.ROLLED_BACK, OVERRULED));
    }

    @Test
    void mixed_is_said_only_with_evidence() {
        XaState kept = given(recording()).when(new EvidenceKept(1)).then(XaPhase.COMMITTING);
        given(kept).when(new Answered(2, DONE)).then(XaPhase.COMMITTED, tell(XaOutcome.MIXED), new End());
        // the same by chance is no harm
        given(aborting()).when(new Answered(1, BY_ITSELF)).then(XaPhase.ABORTING);
    }

    /** The first of two branches has ended otherwise than decided; nothing is stored yet. */
    private static XaState recording() {
        return given(committing())
                .when(new Answered(1, BY_ITSELF))
                .then(XaPhase.COMMITTING, new KeepEvidence(1, Verdict.COMMIT, BY_ITSELF));
    }

    @Test
    void whoever_ends_the_last_branch_tells_nothing_while_evidence_is_being_stored() {
        XaState last = given(recording()).when(new Answered(2, DONE)).then(XaPhase.COMMITTING);
        given(last).when(new EvidenceKept(2)).refused();
        given(last).when(new Answered(1, DONE)).refused();
        given(last).when(new EvidenceKept(1)).then(XaPhase.COMMITTED, tell(XaOutcome.MIXED), new End());
    }

    @Test
    void only_when_all_have_rolled_back_against_the_decision_nothing_is_left_of_it() {
        XaState both = after(recording(), new EvidenceKept(1), new Answered(2, BY_ITSELF), new EvidenceKept(2));
        assertThat(both.allRolledBackAgainstTheDecision()).isTrue();
        for (Ack second :
                List.of(DONE, new Ack.Heuristic(Ack.Found.UNKNOWN, "?"), new Ack.Heuristic(Ack.Found.MIXED, "?"))) {
            XaState mixed = after(recording(), new EvidenceKept(1), new Answered(2, second));
            XaState end = mixed.any(BranchStatus.RECORDING) ? after(mixed, new EvidenceKept(2)) : mixed;
            assertThat(end.phase()).isEqualTo(XaPhase.COMMITTED);
            assertThat(end.mixed()).isTrue();
            assertThat(end.allRolledBackAgainstTheDecision()).as("%s", second).isFalse();
        }
        assertThat(recording().allRolledBackAgainstTheDecision())
                .as("while the other is still to be told")
                .isFalse();
    }

    @Test
    void a_rollback_waits_for_the_evidence_too() {
        Ack.Heuristic committed = new Ack.Heuristic(Ack.Found.COMMITTED, "somebody did it");
        XaState rolling = given(aborting())
                .when(new Answered(1, committed))
                .then(XaPhase.ABORTING, new KeepEvidence(1, Verdict.ABORT, committed));
        given(rolling).when(new EvidenceKept(1)).then(XaPhase.ABORTING);
        given(after(rolling, new Answered(2, DONE)))
                .when(new EvidenceKept(1))
                .then(XaPhase.ROLLED_BACK, new Tell(XaOutcome.MIXED, OVERRULED));
    }

    @Test
    void who_has_waited_enough_is_not_told_of_a_commit_that_is_known_to_be_mixed() {
        given(recording()).when(new WaitedEnough()).then(XaPhase.COMMITTING);
        given(after(recording(), new EvidenceKept(1)))
                .when(new WaitedEnough())
                .then(XaPhase.COMMITTING, tell(XaOutcome.MIXED));
    }

    // ---- what others left

    @Test
    void a_decision_found_in_its_store_is_told_to_every_branch_whatever_its_numbers() {
        Gtrid gtrid = voted(2).xid().gtrid();
        Turn found = XaMachine.recovered(new DecisionRecord(gtrid, List.of(voted(2), voted(5)), Instant.EPOCH));

        assertThat(found.next().phase()).isEqualTo(XaPhase.COMMITTING);
        assertThat(found.effects()).containsExactly(new Commit(1, false), new Commit(2, false));
        assertThat(XaMachine.recovered(new DecisionRecord(gtrid, List.of(), Instant.EPOCH))
                        .effects())
                .containsExactly(new End());
    }

    @Test
    void what_nobody_decided_is_settled_by_the_tombstone() {
        given(orphaned()).when(new Settled(Verdict.ABORT)).then(XaPhase.ABORTING, new Rollback(1, false));
        given(orphaned()).when(new DecisionUnknown("down")).then(XaPhase.IN_DOUBT, new Settle(true));
        // a decision turned up: whoever finds it in the store has all its branches
        given(orphaned()).when(new Settled(Verdict.COMMIT)).then(XaPhase.HANDED_OVER, new HandOver());
    }
}
