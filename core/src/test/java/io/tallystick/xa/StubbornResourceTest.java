package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tallystick.testkit.time.VirtualClock;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A resource that never follows, as another service at a wrong address: transactions commit, each of them late, and a person has to hear why. */
class StubbornResourceTest {

    private static final String WHY = "service 'points' was told to end a branch and answered 404";

    private final Logger log = (Logger) LoggerFactory.getLogger(Backlog.class);
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final VirtualClock clock = new VirtualClock();
    private final ScriptedBranchDriver points =
            new ScriptedBranchDriver("points of " + getClass().getSimpleName());
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final XaEngine engine = XaEngine.named("shop")
            .resource(points)
            .resource(stock)
            .decisions(new InMemoryDecisionStore("memory", clock))
            .runtime(new XaRuntime(
                    clock, new SplittableRandom(1), XaRuntime.sameThread(), (what, atMost) -> what.isDone()))
            .build();

    @BeforeEach
    void listen() {
        engine.site().homes().beat();
        said.start();
        log.addAppender(said);
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(said);
    }

    private void followsNot(int times) {
        for (int i = 0; i < times; i++) {
            points.acks.add(new Ack.Retry(WHY));
        }
        XaTransaction sale = engine.begin();
        sale.branch(points.name);
        sale.branch("stock");
        sale.commit();
        for (int i = 0; i < times; i++) {
            clock.advance(Duration.ofSeconds(6));
            engine.site().backlog().poll(clock.instant());
        }
        assertThat(points.acks).isEmpty();
    }

    /** By this thread's engine: others that are left to themselves have backlogs of their own. */
    private List<String> warnings() {
        return List.copyOf(said.list).stream()
                .map(ILoggingEvent::getFormattedMessage)
                .filter(line -> line.contains(points.name))
                .toList();
    }

    @Test
    void why_it_does_not_follow_is_said_once_and_again_when_it_had_followed_meanwhile() {
        followsNot(40);
        assertThat(warnings()).singleElement().asString().contains(WHY).contains("1 now");

        followsNot(40);
        assertThat(warnings()).hasSize(2);
    }

    @Test
    void of_one_that_is_restarted_nothing_is_said() {
        followsNot(5);
        assertThat(warnings()).isEmpty();
    }
}
