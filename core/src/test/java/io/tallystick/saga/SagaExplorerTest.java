package io.tallystick.saga;

import static io.tallystick.saga.Steps.call;
import static io.tallystick.saga.Steps.child;
import static io.tallystick.saga.Steps.command;
import static io.tallystick.saga.Steps.delay;
import static io.tallystick.saga.Steps.http;
import static io.tallystick.saga.Steps.local;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Shows which endings a saga has, that the protocol stands every pair of faults, and that a bad saga is found out. */
class SagaExplorerTest {

    @Test
    void a_transfer_ends_completed_or_compensated_whatever_two_faults_come_together() {
        Exploration found = SagaExplorer.explore(transfer())
                .with(Model.of("payer", 1000).on("book-balance", b -> b - 100).undo(b -> b + 100))
                .with(Model.of("payee").on("remit", b -> b + 100))
                .verify("money is conserved", world -> world.balance("payer") + world.balance("payee") == 1000);
        assertThat(found.endings())
                .extracting(Exploration.Ending::status)
                .contains(SagaStatus.COMPLETED, SagaStatus.COMPENSATED, SagaStatus.PARKED);
        assertThat(found.toText()).contains("COMPLETED", "remit done", "nothing is doubled");
        assertThat(found.toJson()).contains("\"violations\" : [ ]");
        assertThat(found.toHtml()).contains("<table>").doesNotContain("class=\"bad\"");
    }

    @Test
    void parallel_branches_stand_reordered_answers() {
        SagaExplorer.explore(Steps.graph(
                        call("hotel").compensated(),
                        http("flight").after("hotel").compensated(),
                        command("car").after("hotel").compensated(),
                        local("confirm").after("flight", "car").pivot()))
                .acts(0)
                .verify();
    }

    @Test
    void sub_sagas_and_delays_are_explored_too() {
        SagaExplorer.explore(Steps.graph(
                        child("order"), delay("cool-off"), call("ship").pivot()))
                .verify();
    }

    @Test
    void a_missing_compensation_is_shown_with_the_shortest_way_there() {
        assertThatThrownBy(() -> SagaExplorer.explore(Steps.graph(local("book"), local("check")))
                        .verify())
                .isInstanceOf(SagaExplorer.Counterexample.class)
                .hasMessageContaining("COMPENSATED but 'book' stays done: it has no compensation")
                .hasMessageContaining("2. 'book' is done\n  3. 'check' is refused");
    }

    @Test
    void a_participant_without_a_barrier_is_found_to_act_twice() {
        Exploration found = SagaExplorer.explore(Steps.graph(call("pay").compensated(), call("ship")))
                .withoutBarrier()
                .run();
        assertThat(found.violations()).extracting(Exploration.Violation::what).contains("'pay' happened 2 times");
        assertThat(found.toText()).contains("VIOLATED: 'pay' happened 2 times");
    }

    @Test
    void a_compensation_that_does_not_undo_its_action_breaks_the_declared_invariant() {
        assertThatThrownBy(() -> SagaExplorer.explore(transfer())
                        .with(Model.of("payer", 1000)
                                .on("book-balance", b -> b - 100)
                                .undo(b -> b + 90))
                        .verify(
                                "nobody loses",
                                world -> world.status() == SagaStatus.COMPLETED || world.balance("payer") == 1000))
                .hasMessageContaining("'nobody loses' does not hold: {payer=990}");
    }

    @Test
    void an_exploration_that_reached_its_limit_proves_nothing_and_says_so() {
        assertThatThrownBy(() -> SagaExplorer.explore(transfer()).situations(50).verify())
                .hasMessageContaining("there are more");
    }

    static SagaGraph transfer() {
        return Steps.graph(
                Duration.ofMinutes(10),
                local("book-balance").compensated(),
                command("record-transfer").compensated(),
                http("remit").pivot(),
                call("notify").forwardOnly().neverRefuses());
    }
}
