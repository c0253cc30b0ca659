package io.tallystick.testkit.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.TagFilter;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

/** Runs classes that fail on purpose and reads what the developer would see. */
class SeedTestTest {
    @Test
    void runs_once_for_each_seed_from_one() {
        TestExecutionSummary summary = run(Recording.class);
        assertThat(summary.getTestsSucceededCount()).isEqualTo(5);
    }

    @Test
    void a_failing_seed_names_itself_and_the_command_that_replays_it() {
        assertThat(failures(FailsForSeedThree.class))
                .singleElement()
                .asString()
                .contains(
                        "the event of seed 3",
                        "seed 3",
                        "-Dtest='SeedTestTest$FailsForSeedThree#breaks'",
                        "-Dtally.seed=3");
    }

    @Test
    void validations_are_checked_after_the_method_without_being_called() {
        assertThat(failures(NeverFinishes.class))
                .hasSize(2)
                .allSatisfy(message -> assertThat(message).contains("validation 'it ends'", "replay:"));
    }

    @Test
    void an_assertion_in_the_method_itself_gets_its_seed_too() {
        assertThat(failures(AssertsDirectly.class)).singleElement().asString().contains("plain assertion", "seed 1");
    }

    @Tag("on-purpose")
    static class Recording {
        @SeedTest(seeds = 5, soakSeeds = 20)
        void sees_its_seed(Simulation sim) {
            assertThat(sim.seed()).isBetween(1L, 5L);
        }
    }

    @Tag("on-purpose")
    static class FailsForSeedThree {
        @SeedTest(seeds = 5)
        void breaks(Simulation sim) {
            sim.after(
                    Duration.ofSeconds(1),
                    "the event of seed " + sim.seed(),
                    () -> assertThat(sim.seed()).isNotEqualTo(3));
            sim.run();
        }
    }

    @Tag("on-purpose")
    static class NeverFinishes {
        @SeedTest(seeds = 2)
        void runs(Simulation sim) {
            sim.validation("it ends", () -> assertThat(sim.happened()).isPositive());
        }
    }

    @Tag("on-purpose")
    static class AssertsDirectly {
        @SeedTest(seeds = 1)
        void asserts(Simulation sim) {
            assertThat(sim.seed()).as("plain assertion").isZero();
        }
    }

    private static List<String> failures(Class<?> testClass) {
        List<String> messages = new ArrayList<>();
        run(testClass).getFailures().forEach(failure -> messages.add(String.valueOf(failure.getException())));
        return messages;
    }

    private static TestExecutionSummary run(Class<?> testClass) {
        LauncherDiscoveryRequest request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(testClass))
                .configurationParameter("tally.seed", "")
                .configurationParameter("tally.seeds", "")
                .configurationParameter("tally.soak", "false")
                .filters(TagFilter.includeTags("on-purpose"))
                .build();
        SummaryGeneratingListener listener = new SummaryGeneratingListener();
        LauncherFactory.create().execute(request, listener);
        return listener.getSummary();
    }
}
