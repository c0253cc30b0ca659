package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A resource dies before it votes and stays away: its transaction is rolled back, and its application waits for that no longer than it must. */
class WaitForARollbackTest {

    private static final XaSettings SETTINGS = XaSettings.standard();
    private static final Instant START = Instant.parse("2026-11-23T12:00:00Z");

    private final VirtualClock clock = new VirtualClock(START);
    private final ScriptedBranchDriver orders = new ScriptedBranchDriver("orders");
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");

    private boolean nothingComes(CompletableFuture<?> what, Duration atMost) {
        clock.advance(atMost);
        return what.isDone();
    }

    private Duration timeOfTheCommit() {
        orders.vote = new Vote.Unknown("the connection was lost");
        for (int i = 0; i < 100; i++) {
            orders.acks.add(new Ack.Retry("orders cannot be reached"));
        }
        XaEngine engine = XaEngine.named("shop")
                .resource(orders)
                .resource(stock)
                .decisions(new InMemoryDecisionStore("memory", clock))
                .settings(SETTINGS)
                .runtime(new XaRuntime(clock, new SplittableRandom(1), XaRuntime.sameThread(), this::nothingComes))
                .build();
        engine.site().homes().beat();
        XaTransaction sale = engine.begin();
        sale.branch("orders");
        sale.branch("stock");
        assertThatThrownBy(sale::commit).isInstanceOf(RolledBackException.class);
        return Duration.between(START, clock.instant());
    }

    @Test
    void when_all_votes_are_there_nothing_but_the_acknowledgements_is_waited_for() {
        assertThat(timeOfTheCommit()).isEqualTo(SETTINGS.ackWait());
    }

    @Test
    void what_a_branch_took_to_say_nothing_counts_as_waiting_for_its_acknowledgement() {
        orders.beforeItAnswers = () -> clock.advance(SETTINGS.ackWait());
        assertThat(timeOfTheCommit()).isEqualTo(SETTINGS.ackWait());
    }

    @Test
    void a_clock_that_jumps_back_makes_nobody_wait_for_longer() {
        orders.beforeItAnswers = () -> clock.jumpBackwards(Duration.ofHours(1));
        assertThat(timeOfTheCommit().plusHours(1)).isEqualTo(SETTINGS.ackWait());
    }
}
