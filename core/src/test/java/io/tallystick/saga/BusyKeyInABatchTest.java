package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.ConflictException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * One of many starts in a batch has a business key that stands in somebody's open transaction. Whoever waits for it keeps every saga of the
 * engine waiting, so it is waited for once.
 */
class BusyKeyInABatchTest {

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-11-23T00:00:00Z"));
    private final InMemorySagaStore real = new InMemorySagaStore(now::get);
    private final SagaDefinition<String> saga = Saga.define("order", String.class)
            .step("pay")
            .call((context, order) -> {})
            .pivot()
            .build();
    private final HandDrivenEngine engine = new HandDrivenEngine(blocking(), "busy", now::get, saga);
    private final List<Attempt> waited = new ArrayList<>();
    private volatile @Nullable SagaId busy;
    private volatile boolean usurped;

    /** A write that met the busy key. */
    private record Attempt(boolean patient, int starts) {}

    private SagaStore blocking() {
        return (SagaStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {SagaStore.class}, (self, method, arguments) -> {
                    boolean patient = method.getName().equals("write");
                    if (patient || method.getName().equals("writeHardlyWaiting")) {
                        List<SagaStore.NewSaga> starts = ((SagaStore.Batch) arguments[1]).starts();
                        if (starts.stream().anyMatch(start -> start.head().id().equals(busy))) {
                            if (usurped) {
                                throw new SagaStore.Fenced((SagaStore.Lease) arguments[0]);
                            }
                            waited.add(new Attempt(patient, starts.size()));
                            throw new ConflictException("lock timeout");
                        }
                        return real.write((SagaStore.Lease) arguments[0], (SagaStore.Batch) arguments[1]);
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    @Test
    void the_others_wait_for_it_once_and_never_again() {
        List<SagaId> all =
                IntStream.range(0, 32).mapToObj(i -> engine.begin(saga)).toList();
        SagaId late = all.get(20);
        busy = late;

        engine.rounds();

        assertThat(waited.stream().filter(Attempt::patient)).containsExactly(new Attempt(true, 32));
        assertThat(all).allMatch(id -> id.equals(late) != real.load(id).isPresent());

        waited.clear();
        now.updateAndGet(instant -> instant.plus(Duration.ofSeconds(20)));
        SagaId other = engine.begin(saga);
        engine.rounds();

        assertThat(real.load(other)).isPresent();
        assertThat(waited).containsExactly(new Attempt(false, 1));

        busy = null;
        now.updateAndGet(instant -> instant.plus(Duration.ofSeconds(20)));
        engine.rounds();
        assertThat(real.load(late)).isPresent();
    }

    @Test
    void what_was_stored_before_it_is_told_although_the_engine_has_lost_its_lease_meanwhile() {
        busy = engine.begin(saga);
        engine.rounds();
        now.updateAndGet(instant -> instant.plus(Duration.ofSeconds(20)));
        usurped = true;
        SagaId other = engine.begin(saga);

        engine.loop.poll();

        assertThat(real.load(other)).isPresent();
        assertThat(engine.attempted("pay")).as("its first step has begun").isTrue();
        assertThatThrownBy(engine.loop::poll).isInstanceOf(SagaStore.Fenced.class);
    }
}
