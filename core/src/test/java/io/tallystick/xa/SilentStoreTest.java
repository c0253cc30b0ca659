package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.DecisionStore.Life;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A resource holds branches of several dead coordinators, and one of those who know what was decided says nothing for as long as the test runs,
 * as a database whose host stands still. The branches that it decides about are found first.
 */
class SilentStoreTest {

    private static final int CLUSTER = Gtrid.hash("bank");

    private final InMemoryDecisionStore store = new InMemoryDecisionStore("ledger", InstantSource.system());
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final CountDownLatch over = new CountDownLatch(1);

    @AfterEach
    void close() {
        over.countDown();
    }

    @Test
    void what_another_store_decides_is_settled_while_one_says_nothing() {
        DecisionStore silent = silent(new InMemoryDecisionStore("vault", InstantSource.system()));
        stock.prepared.add(left(CLUSTER, "vault", 1));
        PreparedBranch orphan = left(CLUSTER, "ledger", 2);
        stock.prepared.add(orphan);
        try (XaEngine engine = bank().decisions(store).decisions(silent).open()) {
            awaitTombstone(engine, orphan);
        }
    }

    @Test
    void what_is_decided_here_is_settled_while_the_coordinator_of_another_service_says_nothing() {
        stock.prepared.add(left(Gtrid.hash("shop"), "orders", 1));
        PreparedBranch orphan = left(CLUSTER, "ledger", 2);
        RemoteDecisions shop = branch -> {
            // found by a later scan, if there is one
            stock.prepared.add(orphan);
            waitUntilOver();
            return Optional.empty();
        };
        // a coordinator elsewhere is asked for what it has left for this long
        XaSettings soon = XaSettings.standard()
                .withScanEvery(Duration.ofMillis(20))
                .withAckWait(Duration.ofMillis(1))
                .withLease(Duration.ofMillis(500));
        try (XaEngine engine =
                bank().decisions(store).remote(url -> null, shop).settings(soon).open()) {
            awaitTombstone(engine, orphan);
        }
    }

    private XaEngineBuilder bank() {
        return XaEngine.named("bank")
                .resource(stock)
                .settings(XaSettings.standard().withScanEvery(Duration.ofMillis(20)));
    }

    private void awaitTombstone(XaEngine engine, PreparedBranch orphan) {
        Gtrid gtrid = orphan.xid().gtrid();
        await().until(() -> engine.outcome(gtrid).isPresent());
        assertThat(engine.outcome(gtrid)).contains(Verdict.ABORT);
        over.countDown();
    }

    /** Of a process that is dead. */
    private static PreparedBranch left(int cluster, String home, int number) {
        Life dead = new Life(cluster, 5, 1);
        Gtrid gtrid = new Gtrid(dead.cluster(), Gtrid.hash(home), dead.node(), dead.epoch(), number, Instant.now());
        return new PreparedBranch(new BranchXid(gtrid, 1, Gtrid.hash("stock"), number), null);
    }

    private DecisionStore silent(DecisionStore real) {
        return (DecisionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DecisionStore.class}, (self, method, arguments) -> {
                    if (method.getName().equals("living") || method.getName().equals("lookup")) {
                        waitUntilOver();
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    private void waitUntilOver() {
        try {
            if (!over.await(5, TimeUnit.MINUTES)) {
                throw new UnavailableException("nobody ended the test");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
