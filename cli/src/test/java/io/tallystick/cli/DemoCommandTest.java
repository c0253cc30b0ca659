package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.examples.Check;
import io.tallystick.examples.DemoCounters;
import io.tallystick.examples.DemoOptions;
import io.tallystick.examples.Fault;
import io.tallystick.examples.Flow;
import io.tallystick.examples.FlowCounters;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What the demo shows; that it plays right is tested where it is played. */
class DemoCommandTest {

    private final StringWriter out = new StringWriter();
    private final Session session = new Session(
            Map.of(), new Terminal(true, false, 60, 24), new PrintWriter(out, true), new PrintWriter(out, true));

    @Test
    void the_screen_fits_the_terminal_and_shows_counts_faults_and_what_happened_last() {
        try (DemoScreen screen = new DemoScreen(new Output(session), DemoOptions.load(7))) {
            screen.counted(new DemoCounters(
                    Map.of(
                            Flow.POINTS, new FlowCounters(100, 90, 5, 3, 4),
                            Flow.POINTS_2PC, new FlowCounters(17, 10, 4, 0, 0)),
                    Map.of(Fault.LOST_REPLY, 12L)));
            screen.injected(Fault.KILL_ENGINE, "transfer-orchestrator-with-a-very-long-name-that-does-not-fit");
            List<String> lines = screen.lines(session.terminal());
            assertThat(lines).allSatisfy(line -> assertThat(TextWidth.of(line)).isLessThanOrEqualTo(80));
            assertThat(String.join("\n", lines))
                    .contains(
                            "seed 7",
                            "points-2pc",
                            "117",
                            "✋parked",
                            Fault.LOST_REPLY.sentence(),
                            "an orchestrator is killed",
                            "…");
            assertThat(screen.enough()).isFalse();
            screen.stop();
            assertThat(screen.enough()).isTrue();
        }
    }

    @Test
    void a_story_tells_each_scene_and_its_check() {
        DemoOptions options = DemoOptions.story(1);
        DemoStory story = new DemoStory(new Output(session), options);
        story.begun("The reply is lost");
        story.injected(Fault.LOST_REPLY, "payment");
        story.checked(Check.equal("money is conserved", 100, 90));
        assertThat(out.toString())
                .contains(
                        "The reply is lost",
                        "its reply was lost (payment)",
                        "✕ money is conserved",
                        "expected 100, found 90");
    }

    @Test
    void a_check_with_a_long_answer_goes_on_below_itself() {
        DemoStory story = new DemoStory(new Output(session), DemoOptions.story(1));
        story.checked(Check.equal("every branch of every transaction has ended", "alike ".repeat(12), "not alike"));
        assertThat(out.toString().lines())
                .hasSizeGreaterThan(1)
                .allSatisfy(line -> assertThat(TextWidth.of(line)).isLessThanOrEqualTo(60));
    }

    @Test
    void an_unknown_flow_or_fault_is_wrong_usage_with_those_there_are() {
        Run flow = Run.of("demo", "--flow", "pizza");
        assertThat(flow.exit()).isEqualTo(Exit.USAGE);
        assertThat(flow.err()).contains("pizza", "transfer, points, points-2pc, groupware, shop");
        assertThat(Run.of("demo", "--faults", "meteor").err()).contains("meteor", "lost-reply");
        assertThat(Run.of("demo", "--rate", "0").exit()).isEqualTo(Exit.USAGE);
    }
}
