package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.DecisionStore.Life;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * A scan finds a prepared branch, and before anybody has looked into the store its coordinator, which seemed to be dead, decides, commits the
 * branch and forgets the decision. The store knows nothing then, as of a transaction that nobody has decided.
 */
class RecoveryAfterAnEndTest {

    private static final String RESOURCE = "stock";

    private final InMemoryDecisionStore store = new InMemoryDecisionStore("memory", InstantSource.system());
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver(RESOURCE);
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicInteger scans = new AtomicInteger();
    private final CountDownLatch settled = new CountDownLatch(1);
    private volatile @Nullable Thread looking;
    private final List<Gtrid> tombstones = new CopyOnWriteArrayList<>();

    @Test
    void what_has_been_committed_and_forgotten_between_the_scan_and_the_look_into_the_store_gets_no_tombstone() {
        Life dead = store.register(Gtrid.hash("bank"), 5, Duration.ofMinutes(5));
        store.leave(dead);
        Gtrid gtrid = new Gtrid(dead.cluster(), Gtrid.hash("memory"), dead.node(), dead.epoch(), 1, Instant.now());
        BranchXid branch = new BranchXid(gtrid, 1, Gtrid.hash(RESOURCE), 1);
        stock.prepared.add(new PreparedBranch(branch, null));
        stock.beforeItScans = scans::incrementAndGet;
        try (XaEngine engine = XaEngine.named("bank")
                .resource(stock)
                .decisions(endingWhenLookedAt(branch))
                .runtime(new XaRuntime(InstantSource.system(), new SplittableRandom(1), workers()))
                .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(20)))
                .open()) {
            await().until(() -> settled.getCount() == 0);
            // what it would have begun is asked at the next round, before its scan
            int seen = scans.get();
            await().until(() -> scans.get() >= seen + 4);
            assertThat(engine.site().inFlight(gtrid)).isFalse();
        }
        assertThat(tombstones).isEmpty();
        assertThat(store.lookup(gtrid)).isEmpty();
    }

    /** Tell when all that followed from the first look is done. */
    private ThreadPoolExecutor workers() {
        return new ThreadPoolExecutor(0, 64, 1, TimeUnit.SECONDS, new SynchronousQueue<>()) {
            @Override
            protected void afterExecute(Runnable task, @Nullable Throwable failure) {
                if (Thread.currentThread().equals(looking)) {
                    settled.countDown();
                }
            }
        };
    }

    /** At the first look at this transaction its coordinator has done all of the rest. */
    private DecisionStore endingWhenLookedAt(BranchXid branch) {
        return (DecisionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DecisionStore.class}, (self, method, arguments) -> {
                    if (method.getName().equals("lookup") && ended.compareAndSet(false, true)) {
                        looking = Thread.currentThread();
                        store.commit(new DecisionRecord(
                                branch.gtrid(), List.of(new Voted(branch, RESOURCE, "", "")), Instant.now()));
                        stock.prepared.clear();
                        store.end(List.of(branch.gtrid()));
                    }
                    if (method.getName().equals("abort")) {
                        tombstones.add((Gtrid) arguments[0]);
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }
}
