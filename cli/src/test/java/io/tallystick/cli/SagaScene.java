package io.tallystick.cli;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.message.Phase;
import io.tallystick.saga.RetryPolicy;
import io.tallystick.saga.Saga;
import io.tallystick.saga.SagaDefinition;
import io.tallystick.saga.SagaEvent;
import io.tallystick.saga.SagaHead;
import io.tallystick.saga.SagaId;
import io.tallystick.saga.SagaStatus;
import io.tallystick.saga.SagaStore;
import io.tallystick.saga.StepToken;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/** Sagas in every state, written as an engine would write them, without one. */
final class SagaScene {

    static final Duration LEASE = Duration.ofMinutes(5);

    final SagaStore store;
    final SagaStore.Lease lease;
    final Instant now;
    private long last;

    SagaScene(TestDatabase database) {
        Jdbc jdbc = Jdbc.on(database.dataSource());
        Schema.of(jdbc).install();
        store = SagaStore.of(jdbc);
        lease = store.join("orders-1", LEASE);
        now = store.now().truncatedTo(ChronoUnit.MICROS);
        last = now.toEpochMilli() << 21;
        store.define(transfer().graph());
        store.define(transferWithFee().graph());
    }

    record Payload(String from, String to, long amount) {}

    /** Book, record, remit, tell. */
    static SagaDefinition<Payload> transfer() {
        return Saga.define("interbank-transfer", Payload.class)
                .step("book-balance")
                .local((tx, payload) -> {})
                .compensate((tx, payload) -> {})
                .step("record-transfer")
                .call((context, payload) -> {})
                .compensate((context, payload) -> {})
                .step("remit")
                .call((context, payload) -> {})
                .retry(RetryPolicy.exponential(Duration.ofMillis(200), Duration.ofSeconds(5))
                        .attempts(3))
                .pivot()
                .step("notify")
                .call((context, payload) -> {})
                .forwardOnly()
                .build();
    }

    /** The same with one more step in the middle: another definition. */
    static SagaDefinition<Payload> transferWithFee() {
        return Saga.define("interbank-transfer", Payload.class)
                .step("book-balance")
                .local((tx, payload) -> {})
                .compensate((tx, payload) -> {})
                .step("record-transfer")
                .call((context, payload) -> {})
                .compensate((context, payload) -> {})
                .step("book-fee")
                .local((tx, payload) -> {})
                .compensate((tx, payload) -> {})
                .step("remit")
                .call((context, payload) -> {})
                .retry(RetryPolicy.exponential(Duration.ofMillis(200), Duration.ofSeconds(5))
                        .attempts(3))
                .pivot()
                .step("notify")
                .call((context, payload) -> {})
                .forwardOnly()
                .build();
    }

    SagaId running(String key) {
        return write(key, SagaStatus.RUNNING, done("book-balance"));
    }

    SagaId completed(String key) {
        return write(
                key,
                SagaStatus.COMPLETED,
                done("book-balance"),
                done("record-transfer"),
                done("remit"),
                done("notify"));
    }

    /** The other bank was tried three times and nobody knows whether it got the money. */
    SagaId parked(String key) {
        return write(
                key,
                SagaStatus.PARKED,
                done("book-balance"),
                done("record-transfer"),
                unknown("remit", 1),
                unknown("remit", 2),
                unknown("remit", 3));
    }

    SagaId compensated(String key) {
        return write(
                key,
                SagaStatus.COMPENSATED,
                done("book-balance"),
                done("record-transfer"),
                new SagaEvent.StepWasRefused(action("remit", 1), "UNKNOWN_PAYEE", "no such account"),
                new SagaEvent.StepDone(new StepToken("record-transfer", Phase.COMPENSATION, 1, 1), null),
                new SagaEvent.StepDone(new StepToken("book-balance", Phase.COMPENSATION, 1, 1), null));
    }

    SagaId write(String key, SagaStatus status, SagaEvent... events) {
        SagaId id = new SagaId(last += 1L << 21);
        Instant start = now.minusSeconds(90);
        SagaHead head = new SagaHead(id, key, "order-" + key, start, null);
        String payload = "{\"from\":\"110-234\",\"to\":\"이순신\",\"amount\":50000}";
        SagaStore.NewSaga fresh =
                new SagaStore.NewSaga(head, "interbank-transfer", transfer().hash(), payload, SagaStatus.RUNNING);
        List<SagaStore.StoredEvent> stored = new ArrayList<>();
        for (SagaEvent event : events) {
            int number = stored.size() + 1;
            stored.add(new SagaStore.StoredEvent(id, number, start.plusMillis(number * 1_200L), event));
        }
        List<SagaStore.StatusChange> changes = status == SagaStatus.RUNNING
                ? List.of()
                : List.of(new SagaStore.StatusChange(id, status, start.plusMillis(events.length * 1_200L), null));
        store.write(lease, new SagaStore.Batch(List.of(fresh), stored, changes, List.of()));
        return id;
    }

    static SagaEvent done(String step) {
        return new SagaEvent.StepDone(action(step, 1), null);
    }

    static SagaEvent unknown(String step, int attempt) {
        return new SagaEvent.StepUnknown(action(step, attempt), "no answer within 10 s", true);
    }

    static StepToken action(String step, int attempt) {
        return new StepToken(step, Phase.ACTION, 1, attempt);
    }
}
