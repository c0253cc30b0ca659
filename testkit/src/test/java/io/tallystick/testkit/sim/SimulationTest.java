package io.tallystick.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.time.VirtualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SimulationTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final Simulation sim = new Simulation(42);
    private final List<String> story = new ArrayList<>();

    @Test
    void events_happen_by_time_and_ties_in_the_order_of_scheduling() {
        sim.after(SECOND.multipliedBy(2), "late", () -> story.add("late"));
        sim.after(SECOND, "first of two", () -> story.add("first of two"));
        sim.after(SECOND, "second of two", () -> story.add("second of two"));
        sim.run();
        assertThat(story).containsExactly("first of two", "second of two", "late");
        assertThat(sim.elapsed()).isEqualTo(SECOND.multipliedBy(2));
    }

    @Test
    void the_same_seed_tells_the_same_story_and_another_one_does_not() {
        assertThat(randomStory(7)).isEqualTo(randomStory(7)).isNotEqualTo(randomStory(8));
    }

    private static List<String> randomStory(long seed) {
        Simulation sim = new Simulation(seed);
        List<String> story = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            String name = "event " + i;
            sim.within(Duration.ZERO, SECOND, name, () -> story.add(name + sim.elapsed() + sim.chance(0.5)));
        }
        sim.run();
        return story;
    }

    @Test
    void a_named_stream_of_randomness_does_not_depend_on_the_others() {
        long first = sim.random("network").nextLong();
        sim.random().nextLong();
        assertThat(sim.random("network").nextLong()).isEqualTo(first);
        assertThat(sim.random("disk").nextLong()).isNotEqualTo(first);
    }

    @Test
    void a_jumping_clock_does_not_reorder_events() {
        VirtualClock other = sim.newClock();
        sim.after(SECOND, "jump", () -> sim.clock().jumpBackwards(Duration.ofHours(1)));
        sim.after(SECOND.multipliedBy(2), "look", () -> story.add("looked"));
        sim.run();
        Instant expected = VirtualClock.START.plusSeconds(2);
        assertThat(story).containsExactly("looked");
        assertThat(other.instant()).isEqualTo(expected);
        assertThat(sim.clock().instant()).isEqualTo(expected.minus(Duration.ofHours(1)));
    }

    @Test
    void a_cancelled_event_does_not_happen() {
        SimEvent timer = sim.after(SECOND, "timer", () -> story.add("timer"));
        timer.cancel();
        sim.run();
        assertThat(story).isEmpty();
        assertThat(sim.happened()).isZero();
    }

    @Test
    void something_periodic_happens_once_per_interval_until_the_time_is_up() {
        sim.every(SECOND, "tick", () -> story.add("tick"));
        sim.runFor(Duration.ofMillis(3500));
        assertThat(story).hasSize(3);
        assertThat(sim.clock().instant()).isEqualTo(VirtualClock.START.plusMillis(3500));
    }

    @Test
    void a_broken_invariant_names_the_seed_the_event_and_the_replay() {
        AtomicInteger money = new AtomicInteger(100);
        sim.invariant("no money is lost", () -> assertThat(money.get()).isEqualTo(100));
        sim.after(SECOND, "lose ten", () -> money.addAndGet(-10));
        sim.after(SECOND, "never reached", () -> story.add("too late"));
        assertThatThrownBy(sim::run)
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContainingAll("no money is lost", "seed 42", "lose ten", "replay:", "+PT1S");
        assertThat(story).isEmpty();
    }

    @Test
    void a_validation_is_checked_at_the_end_and_not_before() {
        sim.validation("done", () -> assertThat(story).isNotEmpty());
        sim.after(SECOND, "nothing", () -> {});
        sim.run();
        assertThatThrownBy(sim::validate)
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("validation 'done'");
    }

    @Test
    void a_condition_that_never_holds_fails_after_its_virtual_time() {
        sim.every(SECOND, "tick", () -> {});
        sim.runUntil("three ticks", Duration.ofMinutes(1), () -> sim.happened() == 3);
        assertThatThrownBy(() -> sim.runUntil("the impossible", Duration.ofMinutes(1), () -> false))
                .isInstanceOf(SimulationFailure.class)
                .hasMessageContaining("the impossible");
        assertThat(sim.happened()).isEqualTo(63);
    }

    @Test
    void an_endless_run_is_stopped_by_the_event_limit() {
        sim.limitEvents(50).every(SECOND, "tick", () -> {});
        assertThatThrownBy(sim::run).isInstanceOf(SimulationFailure.class).hasMessageContaining("more than 50 events");
    }

    @Test
    void system_properties_choose_the_seeds() throws NoSuchMethodException {
        SeedTest test = SeedTestTest.Recording.class
                .getDeclaredMethod("sees_its_seed", Simulation.class)
                .getAnnotation(SeedTest.class);
        assertThat(range(test)).isEqualTo(new SeedRange(1, 5));
        assertThat(range(test, "tally.seed", "77")).isEqualTo(new SeedRange(77, 77));
        assertThat(range(test, "tally.seeds", "9")).isEqualTo(new SeedRange(1, 9));
        assertThat(range(test, "tally.seeds", "10..12")).isEqualTo(new SeedRange(10, 12));
        assertThat(range(test, "tally.soak", "true")).isEqualTo(new SeedRange(1, 20));
        assertThatThrownBy(() -> range(test, "tally.seeds", "many")).hasMessageContaining("expected a number");
    }

    private static SeedRange range(SeedTest test, String... property) {
        Map<String, String> properties = property.length == 2 ? Map.of(property[0], property[1]) : Map.of();
        return SeedRange.of(test, name -> Optional.ofNullable(properties.get(name)));
    }
}
