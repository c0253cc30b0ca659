package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/** What is in flight here is nobody's orphan. */
class InFlightTest {

    @Test
    void a_part_of_a_transaction_that_ends_does_not_end_the_flight_of_the_transaction_itself() {
        InMemoryDecisionStore store = new InMemoryDecisionStore("memory", InstantSource.system());
        try (XaEngine engine = XaEngine.named("shop").decisions(store).open()) {
            XaTransaction whole = engine.begin();
            Gtrid name = whole.name();

            engine.beginFor(name, whole.deadline()).rollback();

            assertThat(engine.site().inFlight(name)).isTrue();
            assertThat(engine.decideFor(whole.nameBranch("stock")))
                    .as("it may still decide")
                    .isEmpty();
            whole.rollback();
            assertThat(engine.site().inFlight(name)).isFalse();
        }
    }
}
