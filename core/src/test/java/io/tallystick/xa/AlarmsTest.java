package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class AlarmsTest {

    private final Logger log = (Logger) LoggerFactory.getLogger(Alarms.class);
    private final ListAppender<ILoggingEvent> said = new ListAppender<>();
    private final Alarms alarms = new Alarms(Duration.ofSeconds(10));

    @BeforeEach
    void listen() {
        said.start();
        log.addAppender(said);
    }

    @AfterEach
    void stopListening() {
        log.detachAppender(said);
    }

    private static BranchXid branch(int counter) {
        return new BranchXid(new Gtrid(1, 2, 3, 4, counter, Instant.EPOCH), 1, Gtrid.hash("orders"), counter);
    }

    private void look(Map<BranchXid, Integer> seconds) {
        alarms.look(
                "orders",
                seconds.entrySet().stream()
                        .collect(java.util.stream.Collectors.toMap(
                                Map.Entry::getKey, age -> Duration.ofSeconds(age.getValue()))));
    }

    /** By this thread: an engine that another test has left to itself has alarms of its own. */
    private List<ILoggingEvent> own() {
        return List.copyOf(said.list).stream()
                .filter(event ->
                        event.getThreadName().equals(Thread.currentThread().getName()))
                .toList();
    }

    private List<Level> levels() {
        return own().stream().map(ILoggingEvent::getLevel).toList();
    }

    @Test
    void a_branch_is_reported_once_when_it_comes_of_age_and_once_more_as_an_error() {
        for (int age : new int[] {0, 9, 10, 11, 30, 60, 61, 200}) {
            look(Map.of(branch(1), age));
        }
        assertThat(levels()).containsExactly(Level.WARN, Level.ERROR);
        assertThat(own().get(0).getFormattedMessage())
                .contains("resource 'orders'")
                .contains(branch(1).toString())
                .contains("tally tx list");
    }

    @Test
    void many_that_come_of_age_together_are_one_line() {
        look(Map.of(branch(1), 12, branch(2), 12, branch(3), 3));
        assertThat(levels()).containsExactly(Level.WARN);
        assertThat(own().get(0).getFormattedMessage()).contains("2 branches");
    }

    @Test
    void one_that_went_and_another_that_came_are_told_apart() {
        look(Map.of(branch(1), 12));
        look(Map.of(branch(2), 3));
        look(Map.of(branch(2), 12));
        assertThat(levels()).containsExactly(Level.WARN, Level.WARN);
    }
}
