package io.tallystick.saga;

import static io.tallystick.saga.SagaScript.given;
import static io.tallystick.saga.SagaScript.givenChild;
import static io.tallystick.saga.Steps.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.RejectedException;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Stories in which an earlier machine doubled, lost, or never ended something. */
class SagaMachineAttackTest {

    @Test
    void an_answer_stashed_while_parked_is_taken_when_a_cancel_turns_the_saga_back() {
        branchesOneParked()
                .done("b")
                .cancel()
                .invokes("b/compensation#1.1")
                .done("b")
                .done("root")
                .told()
                .is(SagaStatus.COMPENSATED);
    }

    @Test
    void an_answer_stashed_while_parked_is_taken_when_the_deadline_turns_the_saga_back() {
        branchesOneParked().done("b").deadline().invokes("b/compensation#1.1");
    }

    @Test
    void stashed_answers_are_taken_in_their_order_when_the_person_is_done() {
        branchesOneParked().unknown("b").invokes().person(Verb.RETRY).invokes("a/action#2.1", "b/action#1.2");
    }

    @Test
    void a_refusal_after_a_lost_attempt_is_knowledge_and_nothing_is_compensated() {
        given(call("a").compensated().onRefusal(Remedy.PARK))
                .unknown("a")
                .refused("a")
                .is(SagaStatus.PARKED)
                .person(Verb.COMPENSATE)
                .invokes()
                .told()
                .is(SagaStatus.COMPENSATED);
    }

    @Test
    void a_cancel_waits_while_nobody_knows_whether_the_pivot_happened() {
        given(call("a").compensated(), call("p").pivot())
                .done("a")
                .cancel()
                .is(SagaStatus.RUNNING)
                .invokes()
                .done("p")
                .is(SagaStatus.COMPLETED);
    }

    @Test
    void a_cancel_comes_true_once_the_pivot_is_refused() {
        given(call("a").compensated(), call("p").pivot())
                .done("a")
                .cancel()
                .refused("p")
                .invokes("a/compensation#1.1");
    }

    @Test
    void a_cancel_comes_true_once_the_pivot_is_known_not_to_have_happened() {
        given(call("a").compensated(), call("p").pivot())
                .done("a")
                .cancel()
                .notExecuted("p")
                .invokes("a/compensation#1.1");
        given(call("a").compensated(), call("p").pivot().onRefusal(Remedy.PARK))
                .done("a")
                .refused("p")
                .cancel()
                .invokes("a/compensation#1.1");
    }

    @Test
    void a_cancel_waits_on_when_an_earlier_attempt_of_the_pivot_may_have_happened() {
        given(call("a").compensated(), call("p").pivot())
                .done("a")
                .unknown("p")
                .cancel()
                .notExecuted("p")
                .is(SagaStatus.PARKED);
    }

    @Test
    void a_deadline_missed_while_the_pivot_was_unknown_is_told_when_the_pivot_is_done() {
        given(call("p").pivot(), call("z").forwardOnly()).deadline().done("p").announces(Notice.OVERDUE);
    }

    @Test
    void a_saga_past_its_pivot_parks_where_a_step_would_turn_it_back() {
        given(call("p").pivot(), call("z").compensated())
                .done("p")
                .refused("z")
                .is(SagaStatus.PARKED)
                .step("p", StepStatus.DONE);
        given(call("p").pivot(), call("z").compensated())
                .done("p")
                .unknown("z")
                .unknown("z")
                .is(SagaStatus.PARKED);
    }

    @Test
    void a_pivot_that_is_done_without_compensation_is_only_forced_back_by_who_vouches_for_it() {
        given(call("p").pivot(), call("z").forwardOnly())
                .done("p")
                .refused("z")
                .person(Verb.COMPENSATE)
                .ignored("take it back by hand")
                .person(Verb.COMPENSATE, "p")
                .told()
                .is(SagaStatus.COMPENSATED);
    }

    @Test
    void a_pivot_whose_answer_is_stashed_counts_as_answered_when_a_person_takes_the_saga_back() {
        given(
                        call("a").compensated(),
                        call("p").after("a").pivot(),
                        call("b").after("a").onRefusal(Remedy.PARK))
                .done("a")
                .refused("b")
                .refused("p")
                .person(Verb.COMPENSATE)
                .invokes("a/compensation#1.1");
    }

    @Test
    void a_step_that_gives_up_by_turning_back_may_not_run_beside_a_pivot() {
        assertThatThrownBy(() -> Steps.graph(
                        call("a"),
                        call("p").after("a").pivot(),
                        call("b").after("a").onRefusal(Remedy.PARK).onGiveUp(Remedy.COMPENSATE)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("'p' cannot be taken back but runs beside 'b'");
    }

    @Test
    void a_parent_that_ends_before_its_sub_saga_does_not_leave_it_held_for_ever() {
        givenChild(call("a"))
                .when(new SagaEvent.ParentEnded(true))
                .is(SagaStatus.RUNNING)
                .done("a")
                .is(SagaStatus.COMPLETED);
    }

    @Test
    void a_held_sub_saga_is_not_taken_back_behind_its_parents_back() {
        givenChild(call("a").compensated())
                .done("a")
                .cancel()
                .ignored("held for its parent")
                .person(Verb.COMPENSATE)
                .ignored("held for its parent");
    }

    @Test
    void a_sub_saga_whose_parent_was_taken_back_does_not_resume() {
        givenChild(call("a").compensated())
                .done("a")
                .when(new SagaEvent.ParentEnded(false))
                .when(new SagaEvent.ParentEnded(false))
                .ignored("known already")
                .unknown("a")
                .unknown("a")
                .person(Verb.RESUME)
                .ignored("its parent was taken back");
    }

    @Test
    void a_wait_between_two_attempts_is_taken_back_as_if_the_attempt_had_left() {
        given(call("a").compensated())
                .notExecuted("a")
                .cancel()
                .invokes("a/compensation#1.1")
                .later(Duration.ofSeconds(1))
                .done("a")
                .told()
                .is(SagaStatus.COMPENSATED);
    }

    @Test
    void a_new_owner_does_not_take_its_own_failure_to_send_for_proof_that_the_old_one_sent_nothing() {
        StepToken token = given(call("a").compensated()).token("a");
        SagaEvent refusedConnection = new SagaEvent.StepUnknown(token, "connection refused", false);
        assertThat(SagaMachine.asFarAsKnown(refusedConnection, Set.of(token)))
                .isEqualTo(new SagaEvent.StepUnknown(token, "connection refused", true));
        assertThat(SagaMachine.asFarAsKnown(refusedConnection, Set.of(token.nextAttempt())))
                .isEqualTo(refusedConnection);
    }

    /** Branch a is parked, branch b awaits its answer. */
    private static SagaScript branchesOneParked() {
        return given(
                        call("root").compensated(),
                        call("a").after("root").onRefusal(Remedy.PARK),
                        call("b").after("root").compensated())
                .done("root")
                .refused("a")
                .is(SagaStatus.PARKED);
    }
}
