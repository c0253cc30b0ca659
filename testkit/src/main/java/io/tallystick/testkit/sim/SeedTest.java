package io.tallystick.testkit.sim;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.TestTemplate;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that runs once for each of many seeds and takes a {@link Simulation}.
 *
 * <pre>{@code
 * @SeedTest(seeds = 200)
 * void money_is_neither_made_nor_lost(Simulation sim) {
 *     Bank bank = new Bank(sim.clock(), sim.random());
 *     sim.invariant("the sum stays", () -> assertThat(bank.sum()).isEqualTo(1000));
 *     sim.validation("nothing in flight", () -> assertThat(bank.inFlight()).isZero());
 *     sim.every(Duration.ofMillis(10), "poll", () -> bank.poll(sim.clock().instant()));
 *     sim.within(Duration.ZERO, Duration.ofSeconds(1), "crash", bank::crash);
 *     sim.runFor(Duration.ofMinutes(1));
 * }
 * }</pre>
 *
 * <p>A failure names its seed and the command that replays it. {@code -Dtally.seed=42} runs that seed alone,
 * {@code -Dtally.seeds=5000} the seeds 1 to 5000, {@code -Dtally.seeds=5001..9000} exactly those, and
 * {@code -Dtally.soak=true} the longer campaign of {@link #soakSeeds()}.
 */
@Documented
@Target({ElementType.METHOD, ElementType.ANNOTATION_TYPE})
@Retention(RetentionPolicy.RUNTIME)
@TestTemplate
@ExtendWith(SeedTestExtension.class)
public @interface SeedTest {
    /** How many seeds, counted from 1: the same ones on every run, so that a red build stays red. */
    int seeds() default 100;

    /** How many seeds with {@code -Dtally.soak=true}; 0 means ten times {@link #seeds()}. */
    int soakSeeds() default 0;
}
