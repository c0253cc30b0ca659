package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.message.Channel;
import io.tallystick.message.Message;
import io.tallystick.message.MessageHandler;
import io.tallystick.message.Subscription;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What the job does at each step, on the double whose clock moves when told. */
class SagaRetentionTest {

    private static final Duration KEEP = Duration.ofDays(1);
    private static final Duration EVERY = Duration.ofMinutes(10);
    private static final SagaGraph LOCAL = Saga.define("local", String.class)
            .step("book")
            .call((context, payload) -> {})
            .build()
            .graph();
    private static final SagaGraph COMMANDS = Saga.define("commands", String.class)
            .step("book")
            .command("accounts", payload -> payload)
            .build()
            .graph();

    private Instant now = Instant.parse("2026-01-01T00:00:00Z");
    private final InMemorySagaStore store = new InMemorySagaStore(() -> now);
    private final SagaStore.Lease lease = store.join("engine", Duration.ofDays(1000));
    private final RecordingChannel channel = new RecordingChannel();
    private final AtomicLong forgotten = new AtomicLong();
    private final SagaMetrics metrics = new SagaMetrics() {
        @Override
        public void forgot(int sagas) {
            forgotten.addAndGet(sagas);
        }
    };

    private SagaRetention retention(@Nullable Channel out) {
        return new SagaRetention(store, Retention.of(KEEP).every(EVERY), new Farewells(out), metrics, () -> now);
    }

    private SagaId ended(SagaGraph graph, int number) {
        store.define(graph);
        SagaId id = new SagaId((now.toEpochMilli() << 21) + number);
        SagaHead head = new SagaHead(id, "k" + number, "c" + number, now, null);
        store.write(
                lease,
                new SagaStore.Batch(
                        List.of(new SagaStore.NewSaga(head, graph.type(), graph.hash(), "\"x\"", SagaStatus.RUNNING)),
                        List.of(),
                        List.of(new SagaStore.StatusChange(id, SagaStatus.COMPLETED, now, null)),
                        List.of()));
        return id;
    }

    private long stored() {
        return store.ledger().search(SagaLedger.Query.latest(10_000)).size();
    }

    @Test
    void sagas_go_page_by_page_with_pauses_once_their_time_is_over() {
        for (int i = 0; i < FinishedSagas.PAGE + 1; i++) {
            ended(LOCAL, i);
        }
        SagaRetention retention = retention(null);
        assertThat(retention.step(lease)).as("a full page was looked at").isLessThan(EVERY);
        assertThat(retention.step(lease)).isEqualTo(EVERY);
        assertThat(stored()).isEqualTo(FinishedSagas.PAGE + 1);

        now = now.plus(KEEP).plusMillis(1);

        assertThat(retention.step(lease)).isLessThan(EVERY);
        assertThat(stored()).isEqualTo(1);
        assertThat(retention.step(lease)).isEqualTo(EVERY);
        assertThat(stored()).isZero();
        assertThat(forgotten).hasValue(FinishedSagas.PAGE + 1);
    }

    @Test
    void participants_are_told_before_a_saga_is_forgotten() {
        SagaId saga = ended(COMMANDS, 1);
        now = now.plus(KEEP).plusMillis(1);
        channel.away = true;
        SagaRetention retention = retention(channel);

        assertThatThrownBy(() -> retention.step(lease)).isInstanceOf(UnavailableException.class);
        assertThat(stored()).as("while nobody can be told, the saga stays").isEqualTo(1);

        channel.away = false;
        retention.step(lease);

        assertThat(stored()).isZero();
        assertThat(channel.sent).extracting(Message::channel).containsExactly("accounts");
        assertThat(channel.sent)
                .extracting(message -> message.requireHeader("tally-saga"))
                .containsExactly(saga.toString());
    }

    @Test
    void without_a_channel_only_sagas_that_nobody_hears_of_are_forgotten() {
        ended(COMMANDS, 1);
        ended(LOCAL, 2);
        now = now.plus(KEEP).plusMillis(1);

        retention(null).step(lease);

        assertThat(store.find("commands", "k1")).isPresent();
        assertThat(store.find("local", "k2")).isEmpty();
    }

    @Test
    void a_saga_whose_participants_cannot_be_told_keeps_no_other() {
        ended(COMMANDS, 1);
        SagaId poison = ended(COMMANDS, 2);
        ended(COMMANDS, 3);
        now = now.plus(KEEP).plusMillis(1);
        channel.poison = poison.toString();

        retention(channel).step(lease);

        assertThat(store.find("commands", "k2")).contains(poison);
        assertThat(stored()).isEqualTo(1);
    }

    @Test
    void a_store_that_keeps_everything_forgets_nothing() {
        assertThat(Retention.forever().forgets()).isFalse();
        assertThat(Retention.forever().type("local", KEEP).forgets()).isTrue();
        assertThat(Retention.of(KEEP).forgets()).isTrue();
    }

    @Test
    void a_time_too_short_to_read_the_end_is_refused_by_name() {
        assertThatThrownBy(() -> Retention.of(Duration.ofMillis(999)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("retention = PT0.999S")
                .hasMessageContaining("at least 1 s");
        assertThatThrownBy(() -> Retention.of(KEEP).type("local", Duration.ZERO))
                .hasMessageContaining("of type 'local'");
        assertThatThrownBy(() -> Retention.of(KEEP).every(Duration.ZERO)).hasMessageContaining("every = PT0S");
    }

    private static final class RecordingChannel implements Channel {
        private final List<Message> sent = new ArrayList<>();
        private boolean away;
        private String poison = "";

        @Override
        public void send(List<Message> messages) {
            if (away) {
                throw new UnavailableException("the broker is away");
            }
            if (messages.stream().anyMatch(message -> message.key().equals(poison))) {
                throw new RejectedException("the broker never takes this");
            }
            sent.addAll(messages);
        }

        @Override
        public Subscription subscribe(String name, MessageHandler handler) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void close() {}
    }
}
