package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchDriver.Traits;
import io.tallystick.xa.DecisionRecord.Voted;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A process died with hundreds of decisions whose end was not written yet, and one of them has a branch that still holds its locks. */
class RecoveryOrderTest {

    private static final int FINISHED = 250;
    private static final String RESOURCE = "stock";

    private final List<BranchXid> told = new CopyOnWriteArrayList<>();
    private final AtomicInteger scans = new AtomicInteger();
    private final CountDownLatch decisionsAreListed = new CountDownLatch(1);
    private final CountDownLatch firstScanIsKnown = new CountDownLatch(1);
    private final CountDownLatch allWait = new CountDownLatch(1);
    private final CountDownLatch firstIsTold = new CountDownLatch(1);
    private final CountDownLatch firstScanIsOver = new CountDownLatch(1);
    private final CountDownLatch allTold = new CountDownLatch(1);
    private final List<BranchXid> decided = new ArrayList<>();
    private final CompletableFuture<XaEngine> running = new CompletableFuture<>();
    private volatile CountDownLatch endsFirstScan = firstIsTold;

    @Test
    void what_still_holds_locks_is_told_first_also_when_it_is_found_after_the_decisions() {
        recover(firstIsTold, decided(), XaMetrics.NONE);
    }

    @Test
    void what_still_holds_locks_is_told_first_also_when_it_is_found_while_the_decisions_are_taken_over() {
        InMemoryDecisionStore store = decided();
        recover(decisionsAreListed, lookedUpWhenAllWait(store), new XaMetrics() {
            /** The decisions are in their order, in which nothing prepared was known, and none of them waits yet. */
            @Override
            public void tookOver() {
                decisionsAreListed.countDown();
                awaitOrFail(firstScanIsKnown);
            }

            @Override
            public void inDoubt(String resource, int branches, Duration oldest) {
                firstScanIsKnown.countDown();
            }
        });
    }

    /** @param firstScan ends when this is down */
    private void recover(CountDownLatch firstScan, DecisionStore store, XaMetrics metrics) {
        endsFirstScan = firstScan;
        try (XaEngine engine = XaEngine.named("bank")
                .resource(resource())
                .decisions(store)
                .metrics(metrics)
                .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(50)))
                .open()) {
            running.complete(engine);
            // one that ends while the next look holds an older list is told again, which changes nothing
            await().untilAsserted(() -> assertThat(Set.copyOf(told)).hasSize(FINISHED + 1));
            assertThat(told.indexOf(decided.get(FINISHED)))
                    .as("how many finished ones came before it")
                    .isLessThanOrEqualTo(1);
        }
    }

    private InMemoryDecisionStore decided() {
        InMemoryDecisionStore store = new InMemoryDecisionStore("memory", InstantSource.system());
        for (int i = 0; i <= FINISHED; i++) {
            BranchXid xid = new BranchXid(
                    new Gtrid(Gtrid.hash("bank"), Gtrid.hash("memory"), 5, 1, i, Instant.now()),
                    1,
                    Gtrid.hash(RESOURCE),
                    i);
            decided.add(xid);
            store.commit(new DecisionRecord(xid.gtrid(), List.of(new Voted(xid, RESOURCE, "", "")), Instant.now()));
        }
        return store;
    }

    /** The scan that found the prepared branch does not take its decision over by itself, before the others. */
    private DecisionStore lookedUpWhenAllWait(DecisionStore store) {
        return (DecisionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DecisionStore.class}, (self, method, arguments) -> {
                    if (method.getName().equals("lookup")) {
                        awaitOrFail(allWait);
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    private BranchDriver resource() {
        return (BranchDriver)
                Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {BranchDriver.class}, this::answer);
    }

    private @Nullable Object answer(Object self, Method method, @Nullable Object @Nullable [] arguments) {
        return switch (method.getName()) {
            case "resource" -> RESOURCE;
            case "traits" -> new Traits(true, false, false);
            case "incarnation" -> "";
            case "capacity" -> -1;
            case "fate" -> Optional.empty();
            case "prepared" -> prepared();
            case "commit" -> committed((BranchXid) arguments[0]);
            case "close" -> null;
            default -> throw new UnsupportedOperationException(method.getName());
        };
    }

    /**
     * Only the first scan finds it, after the decisions were found: a later one would put it before the others by itself. The next one ends when
     * all have been told.
     */
    private List<PreparedBranch> prepared() {
        if (scans.incrementAndGet() == 1) {
            awaitOrFail(endsFirstScan);
            return List.of(new PreparedBranch(decided.get(FINISHED), null));
        }
        firstScanIsOver.countDown();
        awaitOrFail(allTold);
        return List.of();
    }

    private Ack committed(BranchXid xid) {
        told.add(xid);
        firstIsTold.countDown();
        if (Set.copyOf(told).size() == FINISHED + 1) {
            allTold.countDown();
        }
        // a resource is asked one question at a time: the others wait until all of them are there, and what is prepared
        // is known
        if (told.size() == 1) {
            XaEngine engine = running.join();
            await().until(() -> engine.site().backlog().size() == FINISHED);
            allWait.countDown();
        }
        awaitOrFail(firstScanIsOver);
        return new Ack.Done();
    }

    private static void awaitOrFail(CountDownLatch latch) {
        try {
            assertThat(latch.await(1, TimeUnit.MINUTES)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
