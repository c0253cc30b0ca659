package io.tallystick.saga;

import static io.tallystick.saga.SagaScript.given;
import static io.tallystick.saga.SagaScript.givenChild;
import static io.tallystick.saga.Steps.call;
import static io.tallystick.saga.Steps.child;
import static io.tallystick.saga.Steps.command;
import static io.tallystick.saga.Steps.local;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.saga.SagaScript.Edge;
import io.tallystick.saga.StepTable.Move;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Every move of {@link StepTable} as a story; fails when a story takes a wrong turn and when a move has no story. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SagaMachineTest {

    private final Set<Edge> taken = new HashSet<>();
    private int run;

    @Test
    void a_saga_whose_steps_are_done_is_completed() {
        story(given(local("book"), call("remit").pivot(), call("push").forwardOnly())
                .invokes("book/action#1.1")
                .done("book")
                .takes("book", Move.DONE)
                .invokes("remit/action#1.1")
                .takes("remit", Move.LAUNCH)
                .done("remit")
                .done("push")
                .is(SagaStatus.COMPLETED)
                .done("push")
                .ignored("ends never change"));
    }

    @Test
    void a_refusal_takes_back_what_was_done_in_reverse() {
        story(given(local("a").compensated(), call("b").compensated(), call("c"))
                .done("a")
                .done("b")
                .refused("c")
                .takes("c", Move.REFUSED)
                .takes("b", Move.UNDO)
                .invokes("b/compensation#1.1")
                .announces(Notice.CANCELLED)
                .done("b")
                .takes("b", Move.DONE)
                .takes("a", Move.UNDO)
                .invokes("a/compensation#1.1")
                .done("a")
                .is(SagaStatus.COMPENSATING)
                .told()
                .is(SagaStatus.COMPENSATED));
    }

    @Test
    void an_unknown_outcome_is_tried_again_under_the_same_execution() {
        story(given(call("a").compensated())
                .unknown("a")
                .takes("a", Move.TRY_AGAIN)
                .invokes("a/action#1.2"));
    }

    @Test
    void a_step_that_gave_up_without_an_answer_is_compensated_as_if_it_had_happened() {
        story(given(call("a").compensated())
                .unknown("a")
                .unknown("a")
                .takes("a", Move.DOUBT, Move.UNDO)
                .invokes("a/compensation#1.1"));
    }

    @Test
    void a_step_that_certainly_did_not_happen_is_not_compensated() {
        story(given(call("a").compensated())
                .notExecuted("a")
                .notExecuted("a")
                .takes("a", Move.FORGET)
                .invokes()
                .told()
                .is(SagaStatus.COMPENSATED));
    }

    @Test
    void a_forward_only_step_parks_when_it_is_refused_or_gives_up() {
        story(given(call("a").forwardOnly())
                .refused("a")
                .takes("a", Move.REFUSED, Move.GIVE_UP)
                .is(SagaStatus.PARKED)
                .announces(Notice.PARKED));
        story(given(call("a").forwardOnly()).unknown("a").unknown("a").takes("a", Move.GIVE_UP));
    }

    @Test
    void a_late_answer_settles_a_parked_step() {
        story(parkedUnknown().done("a").takes("a", Move.DONE).is(SagaStatus.RUNNING));
        story(given(call("a").onGiveUp(Remedy.PARK))
                .unknown("a")
                .unknown("a")
                .refused("a")
                .takes("a", Move.REFUSED)
                .is(SagaStatus.COMPENSATING));
    }

    @Test
    void a_person_retries_under_the_same_key_while_nobody_knows() {
        story(parkedUnknown().person(Verb.RETRY).takes("a", Move.PERSON_RETRIES).invokes("a/action#1.3"));
    }

    @Test
    void a_person_retries_a_known_refusal_as_a_new_execution() {
        story(given(call("a").forwardOnly())
                .unknown("a")
                .refused("a")
                .person(Verb.RETRY)
                .takes("a", Move.PERSON_RETRIES)
                .invokes("a/action#2.1"));
    }

    @Test
    void a_person_marks_a_parked_step_done_or_skips_it() {
        story(parkedUnknown()
                .person(Verb.MARK_DONE)
                .takes("a", Move.PERSON_MARKS_DONE)
                .invokes("b/action#1.1"));
        story(parkedUnknown().person(Verb.SKIP).takes("a", Move.PERSON_SKIPS).invokes("b/action#1.1"));
    }

    @Test
    void a_skipped_step_that_may_have_happened_is_taken_back_with_the_rest() {
        story(parkedUnknown()
                .person(Verb.SKIP)
                .refused("b")
                .takes("a", Move.UNDO)
                .invokes("a/compensation#1.1"));
        story(given(call("a").compensated().onRefusal(Remedy.PARK), call("b"))
                .notExecuted("a")
                .notExecuted("a")
                .person(Verb.SKIP)
                .refused("b")
                .step("a", StepStatus.SKIPPED)
                .invokes());
    }

    @Test
    void a_person_takes_a_parked_saga_back() {
        story(parkedUnknown().person(Verb.COMPENSATE).takes("a", Move.DOUBT, Move.UNDO));
        story(given(call("a").compensated().onRefusal(Remedy.PARK))
                .notExecuted("a")
                .notExecuted("a")
                .person(Verb.COMPENSATE)
                .takes("a", Move.FORGET));
    }

    @Test
    void a_compensation_is_repeated_then_waits_for_a_person_with_everything_kept() {
        story(undoParked().is(SagaStatus.PARKED));
        story(undoParked().person(Verb.RETRY).takes("a", Move.PERSON_RETRIES).invokes("a/compensation#1.3"));
        story(undoParked().done("a").takes("a", Move.DONE));
        story(undoParked().person(Verb.MARK_DONE).takes("a", Move.PERSON_MARKS_DONE));
        story(undoParked().person(Verb.SKIP).takes("a", Move.PERSON_SKIPS));
    }

    @Test
    void resume_settles_the_compensation_first_and_then_does_everything_once_more() {
        story(undoParked()
                .person(Verb.RESUME)
                .takes("a", Move.PERSON_RETRIES)
                .takes("b", Move.PERSON_REDOES)
                .invokes("a/compensation#1.3")
                .done("a")
                .takes("a", Move.DONE, Move.PERSON_REDOES, Move.LAUNCH)
                .invokes("a/action#2.1")
                .done("a")
                .invokes("b/action#2.1")
                .done("b")
                .told()
                .is(SagaStatus.COMPLETED));
    }

    @Test
    void resume_does_what_was_undone_already_once_more_in_forward_order() {
        SagaScript story = given(call("a").compensated(), call("b").compensated(), call("c"))
                .done("a")
                .done("b")
                .refused("c")
                .done("b")
                .unknown("a")
                .unknown("a")
                .person(Verb.RESUME)
                .takes("b", Move.PERSON_REDOES);
        story(story.done("a")
                .invokes("a/action#2.1")
                .done("a")
                .invokes("b/action#2.1")
                .done("b")
                .invokes("c/action#2.1"));
    }

    @Test
    void resume_asks_again_under_the_same_key_where_nobody_knows_what_happened() {
        SagaScript story = given(
                        call("a").compensated(),
                        call("b").after("a").onGiveUp(Remedy.COMPENSATE),
                        call("c").after("a").compensated())
                .done("a")
                .done("c")
                .unknown("b")
                .unknown("b")
                .step("b", StepStatus.IN_DOUBT)
                .unknown("c")
                .unknown("c")
                .is(SagaStatus.PARKED)
                .person(Verb.RESUME)
                .takes("b", Move.PERSON_REDOES);
        story(story.invokes("b/action#1.3", "c/compensation#1.3"));
    }

    @Test
    void what_is_in_doubt_is_not_asked_again_before_what_it_stands_on_is_done_again() {
        story(given(call("a").compensated(), call("b").onGiveUp(Remedy.COMPENSATE))
                .done("a")
                .unknown("b")
                .unknown("b")
                .unknown("a")
                .unknown("a")
                .person(Verb.RESUME)
                .invokes("a/compensation#1.3")
                .done("a")
                .invokes("a/action#2.1")
                .done("a")
                .takes("b", Move.PERSON_REDOES)
                .invokes("b/action#1.3"));
    }

    @Test
    void branches_wait_for_a_compensating_neighbour_in_flight() {
        story(given(
                        call("a").compensated(),
                        call("b").after("a").compensated(),
                        call("c").after("a"))
                .done("a")
                .refused("c")
                .invokes()
                .unknown("b")
                .takes("b", Move.DOUBT, Move.UNDO)
                .unknown("b")
                .takes("b", Move.TRY_AGAIN)
                .done("b")
                .invokes("a/compensation#1.1"));
    }

    @Test
    void an_answer_that_is_not_awaited_changes_nothing() {
        SagaScript story = given(call("a").compensated(), call("b"));
        StepToken first = story.token("a");
        story.unknown("a").when(new SagaEvent.StepDone(first, null)).ignored("late or duplicate");
        story(story.done("a").when(new SagaEvent.StepDone(first, null)).ignored("late or duplicate"));
    }

    @Test
    void an_edit_retries_with_another_payload_once_nothing_happened_with_the_old_one() {
        story(given(call("a").forwardOnly())
                .refused("a")
                .person(Verb.EDIT, null, "{\"amount\":50}")
                .invokes("a/action#2.1"));
        story(parkedUnknown()
                .person(Verb.EDIT, null, "{\"amount\":50}")
                .ignored("nobody knows whether 'a' happened")
                .person(Verb.EDIT, "a", "{\"amount\":50}")
                .invokes("a/action#2.1"));
    }

    @Test
    void a_sub_saga_is_called_back_without_waiting_for_its_answer() {
        story(given(child("sub"), call("b")).cancel().takes("sub", Move.DOUBT, Move.UNDO));
    }

    @Test
    void a_held_sub_saga_ends_with_its_parent() {
        story(givenChild(call("a").compensated())
                .done("a")
                .is(SagaStatus.HELD)
                .when(new SagaEvent.ParentEnded(true))
                .is(SagaStatus.COMPLETED));
        story(givenChild(command("a").compensated())
                .done("a")
                .when(new SagaEvent.ParentEnded(false))
                .invokes("a/compensation#1.1")
                .done("a")
                .told()
                .is(SagaStatus.COMPENSATED));
    }

    @AfterEach
    void count() {
        run++;
    }

    @AfterAll
    void every_move_of_the_table_has_a_story() {
        if (run < tests()) {
            return; // only a part of the class was run
        }
        Set<Edge> untold = new LinkedHashSet<>();
        StepTable.moves().forEach((from, row) -> row.keySet().forEach(move -> untold.add(new Edge(from, move))));
        untold.removeAll(taken);
        assertThat(untold).as("moves that no story takes").isEmpty();
    }

    private static long tests() {
        return Arrays.stream(SagaMachineTest.class.getDeclaredMethods())
                .filter(method -> method.isAnnotationPresent(Test.class))
                .count();
    }

    private SagaScript parkedUnknown() {
        return given(call("a").compensated().onGiveUp(Remedy.PARK), call("b"))
                .unknown("a")
                .unknown("a")
                .is(SagaStatus.PARKED);
    }

    private SagaScript undoParked() {
        return given(call("a").compensated(), call("b"))
                .done("a")
                .refused("b")
                .unknown("a")
                .unknown("a")
                .takes("a", Move.GIVE_UP);
    }

    private void story(SagaScript story) {
        taken.addAll(story.edges);
    }
}
