package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.DecisionRecord.Voted;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The decision's store hangs for longer than the application waits, and turns out not to have been reached: the transaction is rolled back,
 * which needs no row anywhere. Or it was committed, and found once more before its end was written. Whoever was told "unknown" asks, and must
 * get an answer.
 */
class UnknownIsAnsweredTest {

    private final InMemoryDecisionStore store = new InMemoryDecisionStore("memory", InstantSource.system());
    private final ScriptedBranchDriver orders = new ScriptedBranchDriver("orders");
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final ExecutorService workers = Executors.newCachedThreadPool();
    private final CountDownLatch callerWaits = new CountDownLatch(1);
    private final CountDownLatch storeIsAsked = new CountDownLatch(1);
    private final CountDownLatch callerWasTold = new CountDownLatch(1);

    @AfterEach
    void close() {
        callerWaits.countDown();
        callerWasTold.countDown();
        workers.shutdown();
    }

    @Test
    void a_rollback_that_comes_after_unknown_was_told_leaves_its_tombstone() {
        // a worker has the last vote, and so the decision
        stock.beforeItVotes = () -> reached(callerWaits);
        XaEngine engine = XaEngine.named("shop")
                .resource(orders)
                .resource(stock)
                .decisions(hanging())
                .runtime(new XaRuntime(InstantSource.system(), new SplittableRandom(1), workers, (what, atMost) -> {
                    callerWaits.countDown();
                    reached(storeIsAsked);
                    return what.isDone();
                }))
                .build();
        engine.site().homes().beat();
        XaTransaction sale = engine.begin();
        sale.branch("orders");
        sale.branch("stock");

        assertThatThrownBy(sale::commit).isInstanceOf(OutcomeUnknownException.class);
        Gtrid name = sale.gtrid().orElseThrow();
        callerWasTold.countDown();

        await().untilAsserted(() -> assertThat(engine.outcome(name)).contains(Verdict.ABORT));
    }

    /**
     * Its application had heard "unknown", and its end waited to be written for so long that recovery in the same process came across the
     * decision, and finished it once more.
     */
    @Test
    void a_decision_of_this_process_that_recovery_finds_in_the_store_is_remembered_after_its_end() {
        try (XaEngine engine = XaEngine.named("shop")
                .resource(orders)
                .resource(stock)
                .decisions(store)
                .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(20)))
                .open()) {
            XaTransaction empty = engine.begin();
            Gtrid other = empty.name();
            empty.rollback();
            Gtrid found = new Gtrid(
                    other.cluster(), other.home(), other.node(), other.epoch(), other.counter() + 1, Instant.now());
            BranchXid branch = new BranchXid(found, 1, Gtrid.hash("stock"), 1);
            store.commit(new DecisionRecord(
                    found,
                    List.of(new Voted(branch, "stock", "", "")),
                    Instant.now().minusSeconds(60)));

            await().until(() -> store.unfinished(other.cluster(), 10).isEmpty());

            assertThat(engine.outcome(found)).contains(Verdict.COMMIT);
        }
    }

    /** Cannot be reached, as it finds out when nobody waits any more. */
    private DecisionStore hanging() {
        return (DecisionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DecisionStore.class}, (self, method, arguments) -> {
                    if (method.getName().equals("commit")) {
                        storeIsAsked.countDown();
                        reached(callerWasTold);
                        throw new UnavailableException("no connection within 10 s");
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    private static void reached(CountDownLatch latch) {
        try {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody came");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
