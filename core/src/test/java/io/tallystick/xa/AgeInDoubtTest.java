package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** How long a branch has been in doubt is told by this process's clock, which may jump. */
class AgeInDoubtTest {

    private final VirtualClock clock = new VirtualClock(Instant.parse("2026-11-23T12:00:00Z"));
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final AtomicReference<Duration> oldest = new AtomicReference<>();
    private final XaEngine engine = XaEngine.named("shop")
            .resource(stock)
            .decisions(new InMemoryDecisionStore("memory", clock))
            .runtime(new XaRuntime(clock, new SplittableRandom(1), XaRuntime.sameThread()))
            .metrics(new XaMetrics() {
                @Override
                public void inDoubt(String resource, int branches, Duration age) {
                    oldest.set(age);
                }
            })
            .build();

    @Test
    void a_clock_that_jumps_back_makes_no_branch_younger_for_longer_than_it_must() {
        Gtrid elsewhere = new Gtrid(Gtrid.hash("bank"), Gtrid.hash("vault"), 5, 1, 9, clock.instant());
        stock.prepared.add(new BranchDriver.PreparedBranch(new BranchXid(elsewhere, 1, Gtrid.hash("stock"), 7), null));
        engine.tick();
        clock.jumpBackwards(Duration.ofHours(1));
        engine.tick();
        clock.advance(Duration.ofMinutes(5));
        engine.tick();

        assertThat(oldest).hasValue(Duration.ofMinutes(5));
    }
}
