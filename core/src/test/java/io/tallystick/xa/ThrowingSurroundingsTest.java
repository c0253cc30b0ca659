package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What stands around a transaction throws where nobody expects it: it ends all the same, and is not in flight for ever. */
class ThrowingSurroundingsTest {

    private final InMemoryDecisionStore store = new InMemoryDecisionStore("memory", InstantSource.system());
    private final ScriptedBranchDriver orders = new ScriptedBranchDriver("orders");
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");

    private XaEngineBuilder shop() {
        return XaEngine.named("shop")
                .resource(orders)
                .resource(stock)
                .settings(XaSettings.standard()
                        .withTimeout(Duration.ofMinutes(5))
                        .withPrepareBudget(Duration.ofMinutes(1))
                        .withAckWait(Duration.ofMinutes(1))
                        .withScanEvery(Duration.ofMillis(20)));
    }

    private void commitsAndEnds(XaEngine engine) {
        XaTransaction sale = engine.begin();
        sale.branch("orders");
        sale.branch("stock");

        sale.commit();

        Gtrid name = sale.gtrid().orElseThrow();
        await().until(() ->
                store.unfinished(name.cluster(), 10).isEmpty() && !engine.site().inFlight(name));
    }

    @Test
    void metrics_that_miss_a_class_change_nothing() {
        XaMetrics broken = (XaMetrics) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {XaMetrics.class}, (self, method, given) -> {
                    throw new NoClassDefFoundError("metrics/Timer");
                });
        try (XaEngine engine = shop().decisions(store).metrics(broken).open()) {
            commitsAndEnds(engine);
        }
    }

    @Test
    void a_store_whose_end_of_a_decision_fails_by_an_error_is_told_again() {
        AtomicBoolean once = new AtomicBoolean();
        DecisionStore failing = (DecisionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DecisionStore.class}, (self, method, given) -> {
                    if (method.getName().equals("end") && once.compareAndSet(false, true)) {
                        throw new NoClassDefFoundError("driver/Batch");
                    }
                    try {
                        return method.invoke(store, given);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
        try (XaEngine engine = shop().decisions(failing).open()) {
            commitsAndEnds(engine);
        }
        assertThat(once).isTrue();
    }

    @Test
    void connections_that_cannot_be_given_back_do_not_keep_a_transaction_from_its_end() {
        AtomicInteger refused = new AtomicInteger();
        for (ScriptedBranchDriver each : List.of(orders, stock)) {
            each.vote = new Vote.ReadOnly();
            each.beforeItIsReleased = () -> {
                refused.incrementAndGet();
                throw new IllegalStateException("the pool is closed");
            };
        }
        try (XaEngine engine = shop().decisions(store).open()) {
            commitsAndEnds(engine);
        }
        assertThat(refused).hasValue(2);
    }

    @Test
    void while_no_thread_can_be_made_callers_ask_themselves_and_recovery_goes_on() {
        AtomicBoolean full = new AtomicBoolean();
        ThreadPoolExecutor workers = new ThreadPoolExecutor(
                0, 64, 1, TimeUnit.NANOSECONDS, new SynchronousQueue<>(), task -> new Thread(task) {
                    @Override
                    public synchronized void start() {
                        if (full.get()) {
                            throw new OutOfMemoryError("unable to create native thread");
                        }
                        super.start();
                    }
                });
        AtomicInteger scans = new AtomicInteger();
        stock.beforeItScans = scans::incrementAndGet;
        try (XaEngine engine = shop().decisions(store)
                .runtime(new XaRuntime(InstantSource.system(), new SplittableRandom(1), workers))
                .open()) {
            full.set(true);
            for (int i = 0; i < 5; i++) {
                commitsAndEnds(engine);
            }
            int seen = scans.get();
            await().until(() -> scans.get() >= seen + 2);
        }
    }
}
