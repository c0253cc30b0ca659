package io.tallystick.saga;

import static io.tallystick.saga.SagaScript.START;
import static io.tallystick.saga.SagaScript.given;
import static io.tallystick.saga.Steps.call;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Traps of docs/traps.md that the machine alone can spring. */
class SagaMachineTrapsTest {

    /** Trap 7: cancelling cancels the compensations, too. */
    @Test
    void a_cancel_or_a_deadline_does_not_stop_what_takes_the_saga_back() {
        given(call("a").compensated(), call("b").compensated(), call("c"))
                .done("a")
                .done("b")
                .refused("c")
                .invokes("b/compensation#1.1")
                .cancel()
                .ignored("being taken back already")
                .deadline()
                .ignored("nothing left to turn back")
                .done("b")
                .invokes("a/compensation#1.1")
                .cancel()
                .ignored("being taken back already")
                .done("a")
                .told()
                .is(SagaStatus.COMPENSATED);
    }

    /** Trap 17: a timer, a late answer or a person changes a saga that has ended. */
    @Test
    void nothing_changes_a_saga_that_has_ended() {
        SagaScript completed = given(call("a").compensated()).done("a").is(SagaStatus.COMPLETED);
        SagaScript compensated = given(call("a")).refused("a").told().is(SagaStatus.COMPENSATED);
        for (SagaScript ended : List.of(completed, compensated)) {
            SagaState state = ended.state();
            StepToken token = state.step("a").token();
            List<SagaEvent> everything = List.of(
                    new SagaEvent.StepDone(token, "{}"),
                    new SagaEvent.StepWasRefused(token, "NO", "because"),
                    new SagaEvent.StepUnknown(token, "timeout", true),
                    new SagaEvent.DeadlinePassed(START.plus(SagaScript.LIMIT)),
                    new SagaEvent.CancelRequested("kim", "second thoughts"),
                    new SagaEvent.ParentEnded(false),
                    new SagaEvent.Intervened(new Intervention(Verb.COMPENSATE, "kim", "looked", null, null)),
                    new SagaEvent.Notified(Notice.CANCELLED, true));
            for (SagaEvent event : everything) {
                ended.when(event).ignored("ends never change");
                assertThat(ended.state()).isEqualTo(state);
            }
        }
    }

    /** Trap 20: attempts without pauses are used up within milliseconds. */
    @Test
    void already_the_first_repetition_waits() {
        SagaScript once = given(call("a")).unknown("a");
        Duration shortest = RetryPolicy.DEFAULT.first().multipliedBy(3).dividedBy(4);
        assertThat(once.effects())
                .singleElement()
                .isInstanceOfSatisfying(
                        SagaEffect.Invoke.class,
                        again -> assertThat(again.due()).isAfterOrEqualTo(START.plus(shortest)));
        assertThatThrownBy(() -> new RetryPolicy(Duration.ZERO, Duration.ofSeconds(1), 10))
                .hasMessageContaining("0 < first");
    }

    /** Trap 38: compensations run side by side although their order matters. */
    @Test
    void compensations_run_in_the_inverse_order_of_the_graph() {
        given(
                        call("first").compensated(),
                        call("left").compensated().after("first"),
                        call("right").compensated().after("first"),
                        call("last").after("left", "right"))
                .done("first")
                .done("left")
                .done("right")
                .refused("last")
                .invokes("left/compensation#1.1", "right/compensation#1.1")
                .done("left")
                .invokes()
                .done("right")
                .invokes("first/compensation#1.1");
    }

    /** Trap 42: what became of a notification is taken for what became of the saga. */
    @Test
    void a_notification_that_nobody_took_does_not_change_how_the_saga_ends() {
        given(call("a").compensated(), call("b"))
                .done("a")
                .refused("b")
                .when(new SagaEvent.Notified(Notice.CANCELLED, false))
                .is(SagaStatus.COMPENSATING)
                .done("a")
                .is(SagaStatus.COMPENSATED);
    }

    /** Trap 43: a cancel half-way forgets what had completed, or what is still under way. */
    @Test
    void a_cancel_half_way_takes_back_what_was_done_and_what_may_have_been() {
        given(
                        call("first").compensated(),
                        call("left").compensated().after("first"),
                        call("right").compensated().after("first"))
                .done("first")
                .done("left")
                .unknown("right")
                .cancel()
                .step("left", StepStatus.UNDOING)
                .step("right", StepStatus.UNDOING)
                .done("left")
                .done("right")
                .invokes("first/compensation#1.1");
    }
}
