package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.UnavailableException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What people left for a saga's owner is answered, and only once, whenever it is read. */
class RequestsTest {

    record Order(String id) {}

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final InMemorySagaStore memory = new InMemorySagaStore(InstantSource.system());
    private final AtomicBoolean shopOpen = new AtomicBoolean();
    private final SagaDefinition<Order> saga = Saga.define("order", Order.class)
            .step("ship")
            .call((context, order) -> ship())
            .forwardOnly()
            .retry(RetryPolicy.never())
            .build();
    private @Nullable SagaEngine engine;

    @AfterEach
    void close() {
        if (engine != null) {
            engine.close();
        }
    }

    private void ship() throws StepRefused {
        if (!shopOpen.get()) {
            throw new StepRefused("NO_VAN", "there is no van");
        }
    }

    /** A store whose readings of requests are old: what was answered since is still in them. */
    private static final class Late {
        final Map<Long, SagaStore.Request> read = new ConcurrentSkipListMap<>();
        final List<SagaStore.Verdict> verdicts = new CopyOnWriteArrayList<>();
        final AtomicInteger readings = new AtomicInteger();
        final AtomicBoolean refusalsGetLost = new AtomicBoolean();
        private final SagaStore real;

        Late(SagaStore real) {
            this.real = real;
        }

        SagaStore store() {
            return (SagaStore) Proxy.newProxyInstance(
                    Late.class.getClassLoader(),
                    new Class<?>[] {SagaStore.class},
                    (proxy, method, arguments) -> call(method, arguments));
        }

        private @Nullable Object call(Method method, Object @Nullable [] arguments) throws Throwable {
            if (method.getName().equals("write")
                    && arguments != null
                    && arguments[1] instanceof SagaStore.Batch batch
                    && !batch.verdicts().isEmpty()) {
                if (batch.verdicts().get(0).refusal() != null && refusalsGetLost.getAndSet(false)) {
                    throw new UnavailableException("the database is away", null);
                }
                verdicts.addAll(batch.verdicts());
            }
            try {
                Object result = method.invoke(real, arguments);
                if (!method.getName().equals("requests")) {
                    return result;
                }
                for (Object request : (List<?>) result) {
                    read.put(((SagaStore.Request) request).id(), (SagaStore.Request) request);
                }
                readings.incrementAndGet();
                return List.copyOf(read.values());
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }
    }

    private SagaId parkedOn(Late late) {
        SagaEngine started = SagaEngine.on(memory.dataSource())
                .settings(EngineSettings.named("test").heartbeat(Duration.ofMillis(10)))
                .register(saga)
                .on(late.store());
        engine = started;
        SagaId id = started.start(saga, "o-1", new Order("o-1"));
        assertThat(started.await(id, PATIENCE).parked()).isTrue();
        return id;
    }

    private long ask(SagaId id, String step) {
        Intervention act = new Intervention(Verb.RETRY, "kim", "the van is back", step, null);
        return memory.ledger().request(id, new SagaEvent.Intervened(act));
    }

    @Test
    void a_request_read_again_just_before_its_answer_was_stored_is_not_refused_afterwards() {
        Late late = new Late(memory);
        SagaId id = parkedOn(late);
        shopOpen.set(true);

        long request = ask(id, "ship");

        await().until(() -> !late.verdicts.isEmpty());
        int before = late.readings.get();
        await().until(() -> late.readings.get() > before + 20);
        assertThat(late.verdicts).containsExactly(new SagaStore.Verdict(request, null));
        assertThat(memory.ledger().answer(request)).contains(new SagaLedger.Answer(null));
    }

    @Test
    void a_refusal_that_could_not_be_stored_is_stored_later() {
        Late late = new Late(memory);
        SagaId id = parkedOn(late);
        late.refusalsGetLost.set(true);

        long request = ask(id, "another step");

        await().until(() -> !late.verdicts.isEmpty());
        assertThat(late.refusalsGetLost).isFalse();
        assertThat(late.verdicts.get(0).request()).isEqualTo(request);
        assertThat(late.verdicts.get(0).refusal()).isNotNull();
    }
}
