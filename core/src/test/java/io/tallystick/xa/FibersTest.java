package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.sim.Simulation;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The simulation's threads: without them a failure could not be replayed. */
class FibersTest {

    @Test
    void the_same_seed_tells_the_same_story() {
        assertThat(story(7)).isEqualTo(story(7)).hasSize(30);
        assertThat(story(7)).isNotEqualTo(story(8));
    }

    private static List<String> story(long seed) {
        Simulation sim = new Simulation(seed);
        Fibers fibers = new Fibers(sim);
        List<String> story = new ArrayList<>();
        for (String name : List.of("a", "b", "c")) {
            fibers.start(name, Fibers.WORLD, () -> {
                for (int i = 0; i < 10; i++) {
                    fibers.pause(sim.between(Duration.ZERO, Duration.ofMillis(20)));
                    story.add(name + i);
                }
            });
        }
        sim.run();
        return story;
    }

    @Test
    void a_fiber_of_a_dead_process_never_goes_on() {
        Simulation sim = new Simulation(1);
        Fibers fibers = new Fibers(sim);
        boolean[] dead = {false};
        List<String> story = new ArrayList<>();
        fibers.start("mortal", process(dead), () -> {
            story.add("lives");
            try {
                fibers.pause(Duration.ofSeconds(1));
            } catch (RuntimeException | Error e) {
                story.add("caught");
            } finally {
                story.add("cleans up");
            }
            story.add("goes on");
        });
        sim.after(Duration.ofMillis(500), "kill", () -> dead[0] = true);

        sim.run();

        assertThat(story).containsExactly("lives");
    }

    private static Fibers.Process process(boolean[] dead) {
        return new Fibers.Process() {
            @Override
            public boolean isDead() {
                return dead[0];
            }

            @Override
            public Duration asleepFor() {
                return Duration.ZERO;
            }
        };
    }
}
