package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchDriver.Traits;
import io.tallystick.xa.DecisionRecord.Voted;
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
    private final CountDownLatch firstIsTold = new CountDownLatch(1);
    private final CountDownLatch firstScanIsOver = new CountDownLatch(1);
    private final List<BranchXid> decided = new ArrayList<>();
    private final CompletableFuture<XaEngine> running = new CompletableFuture<>();

    @Test
    void what_still_holds_locks_is_told_first_also_when_it_is_found_after_the_decisions() {
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
        try (XaEngine engine = XaEngine.named("bank")
                .resource(resource())
                .decisions(store)
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

    private BranchDriver resource() {
        return (BranchDriver)
                Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] {BranchDriver.class}, this::answer);
    }

    private @Nullable Object answer(Object self, Method method, @Nullable Object @Nullable [] arguments)
            throws InterruptedException {
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

    /** The first scan finds what is prepared only after the decisions were found, and one branch has been told. */
    private List<PreparedBranch> prepared() throws InterruptedException {
        BranchXid held = decided.get(FINISHED);
        if (scans.incrementAndGet() == 1) {
            assertThat(firstIsTold.await(1, TimeUnit.MINUTES)).isTrue();
        } else {
            firstScanIsOver.countDown();
        }
        return told.contains(held) ? List.of() : List.of(new PreparedBranch(held, null));
    }

    private Ack committed(BranchXid xid) throws InterruptedException {
        told.add(xid);
        firstIsTold.countDown();
        // a resource is asked one question at a time: the others wait until all of them are there, and what is prepared
        // is known
        assertThat(firstScanIsOver.await(1, TimeUnit.MINUTES)).isTrue();
        if (told.size() == 1) {
            XaEngine engine = running.join();
            await().until(() -> engine.site().backlog().size() == FINISHED);
        }
        return new Ack.Done();
    }
}
