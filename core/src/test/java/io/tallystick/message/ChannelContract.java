package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every channel promises. The doubles and the real ones run the same sentences. */
abstract class ChannelContract {
    static final Backoff QUICK = new Backoff(Duration.ofMillis(10), Duration.ofMillis(40), 4);

    private static final AtomicInteger NAMES = new AtomicInteger();

    final String name = "orders-" + NAMES.incrementAndGet();
    final List<String> handled = Collections.synchronizedList(new ArrayList<>());
    Channel channel;

    abstract Channel open();

    abstract DeadMessages deadMessages();

    /** Lets the channel work until the condition holds; fails if it never does. */
    abstract void until(String what, BooleanSupplier condition);

    @BeforeEach
    void openChannel() {
        channel = open();
    }

    @AfterEach
    void closeChannel() {
        channel.close();
    }

    Message message(String key, String id) {
        return new Message(id, name, key, Map.of("b", "2", "a", "ä \"quoted\" 한국어"), "{\"id\":\"" + id + "\"}");
    }

    @Test
    void a_message_arrives_as_it_was_sent() {
        List<Message> received = Collections.synchronizedList(new ArrayList<>());
        channel.subscribe(name, received::add);

        channel.send(message("k", "m1"));

        until("the message arrived", () -> received.size() == 1);
        assertThat(received).containsExactly(message("k", "m1"));
    }

    @Test
    void messages_sent_before_anyone_subscribed_wait() {
        channel.send(message("k", "m1"));

        channel.subscribe(name, m -> handled.add(m.id()));

        until("the message arrived", () -> handled.contains("m1"));
    }

    @Test
    void messages_of_one_key_arrive_in_the_order_in_which_they_were_sent() {
        Map<String, List<String>> byKey = new ConcurrentHashMap<>();
        channel.subscribe(
                name,
                m -> byKey.computeIfAbsent(m.key(), k -> Collections.synchronizedList(new ArrayList<>()))
                        .add(m.id()));

        for (int round = 0; round < 20; round++) {
            int r = round;
            channel.send(IntStream.range(0, 5)
                    .mapToObj(k -> message("key-" + k, "k" + k + "-" + r))
                    .toList());
        }

        until("all arrived", () -> byKey.values().stream().mapToInt(List::size).sum() == 100);
        byKey.forEach((key, ids) -> assertThat(ids)
                .containsExactlyElementsOf(IntStream.range(0, 20)
                        .mapToObj(r -> "k" + key.substring(4) + "-" + r)
                        .toList()));
    }

    @Test
    void a_message_whose_handler_throws_comes_again_before_the_next_of_its_key() {
        AtomicInteger tries = new AtomicInteger();
        channel.subscribe(name, m -> {
            handled.add(m.id());
            if (m.id().equals("m1") && tries.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
            }
        });

        channel.send(List.of(message("k", "m1"), message("k", "m2")));

        until("both arrived", () -> handled.contains("m2"));
        assertThat(handled).containsExactly("m1", "m1", "m1", "m2");
    }

    /** Trap: a poison instance blocks the lane. */
    @Test
    void a_poison_message_is_set_aside_and_holds_up_no_other_key() {
        // both keys are in the same lane, or the test would show nothing
        String poisoned = "poisoned";
        String other = IntStream.range(0, 1000)
                .mapToObj(i -> "other-" + i)
                .filter(key -> Lanes.of(key) == Lanes.of(poisoned))
                .findFirst()
                .orElseThrow();
        channel.subscribe(name, m -> {
            if (m.id().equals("bad")) {
                throw new IllegalStateException("cannot ever work");
            }
            handled.add(m.id());
        });

        channel.send(List.of(message(poisoned, "bad"), message(poisoned, "after"), message(other, "good")));

        until("the others went on", () -> handled.containsAll(Set.of("after", "good")));
        assertThat(handled).containsExactly("good", "after");
        assertThat(deadMessages().dead(name, 10)).singleElement().satisfies(dead -> {
            assertThat(dead.message()).isEqualTo(message(poisoned, "bad"));
            assertThat(dead.attempts()).isEqualTo(QUICK.attempts());
            assertThat(dead.lastError()).contains("cannot ever work");
        });
    }

    /** Trap: a message for a saga that is not there yet is dropped. */
    @Test
    void a_message_that_came_too_early_waits_until_it_can_be_handled() {
        Set<String> started = ConcurrentHashMap.newKeySet();
        channel.subscribe(name, m -> {
            if (m.id().equals("reply") && !started.contains("saga")) {
                started.add("saga");
                throw new IllegalStateException("the saga is not there yet");
            }
            handled.add(m.id());
        });

        channel.send(message("saga", "reply"));

        until("the early message was handled", () -> handled.contains("reply"));
    }

    @Test
    void a_dead_message_can_be_sent_again_once() {
        AtomicInteger mended = new AtomicInteger();
        channel.subscribe(name, m -> {
            if (mended.get() == 0) {
                throw new IllegalStateException("broken");
            }
            handled.add(m.id());
        });
        channel.send(message("k", "m1"));
        until("it was set aside", () -> !deadMessages().dead(name, 10).isEmpty());
        mended.set(1);
        long number = deadMessages().dead(name, 10).get(0).number();

        assertThat(deadMessages().retry(number)).isTrue();
        assertThat(deadMessages().retry(number)).isFalse();

        until("it was handled", () -> handled.contains("m1"));
        assertThat(deadMessages().dead(name, 10)).isEmpty();
    }

    @Test
    void an_outage_of_the_handlers_database_sets_nothing_aside() {
        AtomicInteger tries = new AtomicInteger();
        channel.subscribe(name, m -> {
            if (tries.incrementAndGet() <= 2 * QUICK.attempts()) {
                throw new UnavailableException("the handler's database is away");
            }
            handled.add(m.id());
        });

        channel.send(message("k", "m1"));

        until("it was handled", () -> handled.contains("m1"));
        assertThat(deadMessages().dead(name, 10)).isEmpty();
    }

    @Test
    void after_the_subscription_was_closed_nothing_is_delivered_and_nothing_is_lost() {
        channel.subscribe(name, m -> handled.add("first " + m.id())).close();
        channel.send(message("k", "m1"));
        assertThat(handled).isEmpty();

        channel.subscribe(name, m -> handled.add("second " + m.id()));

        until("the second subscriber got it", () -> handled.contains("second m1"));
    }
}
