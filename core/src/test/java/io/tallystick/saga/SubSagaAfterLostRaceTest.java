package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

/**
 * A parent's last answer is still on its way into the store when the engine is taken over: the heir reads the parent without it, makes
 * the attempt again, and learns when it stores the answer that the parent has ended.
 */
class SubSagaAfterLostRaceTest {

    private final InstantSource clock = InstantSource.fixed(Instant.parse("2026-11-22T08:00:00Z"));
    private final InMemorySagaStore store = new InMemorySagaStore(clock);
    private final SagaDefinition<String> hotel = Saga.define("hotel", String.class)
            .step("reserve")
            .call((context, text) -> {})
            .compensate((context, text) -> {})
            .build();
    private final SagaDefinition<String> trip = Saga.define("trip", String.class)
            .step("hotel")
            .saga(hotel, text -> text)
            .step("fly")
            .call((context, text) -> {})
            .pivot()
            .build();
    private final HandDrivenEngine former = new HandDrivenEngine(store, "former", clock, hotel, trip);
    private final HandDrivenEngine heir = new HandDrivenEngine(store, "heir", clock, hotel, trip);

    private SagaStore.StoredSaga stored(SagaId saga) {
        return store.load(saga).orElseThrow();
    }

    private SagaStatus status(SagaId saga) {
        return stored(saga).start().status();
    }

    /** As it was read at the takeover, before something else was stored. */
    private void heirReads(SagaStore.StoredSaga before) {
        SagaStore.StoredSaga own =
                new SagaStore.StoredSaga(before.start(), heir.loop.lease().engine(), before.events());
        heir.loop.offer(new LoopInput.Load(own.start().head().id(), own));
    }

    @Test
    void a_sub_saga_that_waits_for_its_parents_end_hears_of_it_from_the_heir() {
        SagaId parent = former.begin(trip);
        former.rounds();
        former.done("reserve");
        former.rounds();
        SagaId child = store.find("hotel", parent + "/hotel#1").orElseThrow();
        assertThat(status(child)).isEqualTo(SagaStatus.HELD);
        SagaStore.StoredSaga parentAsRead = stored(parent);
        former.done("fly");
        former.loop.poll();
        assertThat(status(parent)).isEqualTo(SagaStatus.COMPLETED);
        assertThat(status(child))
                .as("the former engine came to no further round")
                .isEqualTo(SagaStatus.HELD);

        store.renew(former.loop.lease(), Duration.ofSeconds(-1));
        assertThat(store.takeOver(heir.loop.lease())).isEqualTo(1);
        heirReads(parentAsRead);
        heirReads(stored(child));
        heir.rounds();
        heir.done("fly");
        heir.rounds();

        assertThat(status(child)).isEqualTo(SagaStatus.COMPLETED);
        assertThat(heir.loop.live()).isZero();
    }
}
