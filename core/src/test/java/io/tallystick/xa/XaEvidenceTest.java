package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Two threads, one of which hears that a branch ended otherwise than decided, while the other ends the last branch. */
class XaEvidenceTest {

    private final CountDownLatch evidenceComes = new CountDownLatch(1);
    private final CountDownLatch lastBranchEnded = new CountDownLatch(1);
    private final ScriptedBranchDriver orders = new ScriptedBranchDriver("orders");
    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final InMemoryDecisionStore kept = new InMemoryDecisionStore("memory", InstantSource.system());
    private volatile @Nullable Thread ofTheLastBranch;
    private volatile @Nullable XaTransaction sale;
    private volatile @Nullable Boolean toldBeforeItWasStored;

    @Test
    void nobody_hears_of_a_mixed_end_before_its_evidence_is_stored() {
        orders.acks.add(new Ack.Heuristic(Ack.Found.ROLLED_BACK, "by hand"));
        try (XaEngine engine = XaEngine.named("shop")
                .resource(orders)
                .resource(stock)
                .decisions(storingLast())
                .runtime(new XaRuntime(InstantSource.system(), new SecureRandom(), workers()))
                .settings(XaSettings.standard()
                        .withTimeout(Duration.ofMinutes(5))
                        .withPrepareBudget(Duration.ofMinutes(1))
                        .withAckWait(Duration.ofMinutes(1)))
                .open()) {
            XaTransaction begun = engine.begin();
            sale = begun;
            begun.branch("orders");
            begun.branch("stock");
            stock.beforeItAnswers = () -> {
                ofTheLastBranch = Thread.currentThread();
                await(evidenceComes);
            };

            assertThatThrownBy(begun::commit).isInstanceOf(HeuristicException.class);
        }
        assertThat(toldBeforeItWasStored).isFalse();
        assertThat(kept.heuristics(10)).hasSize(1);
    }

    /** Takes the evidence only when the other thread has done all that follows from the end of the last branch. */
    private DecisionStore storingLast() {
        return (DecisionStore) Proxy.newProxyInstance(
                XaEvidenceTest.class.getClassLoader(), new Class<?>[] {DecisionStore.class}, (proxy, method, given) -> {
                    if (method.getName().equals("heuristic")) {
                        evidenceComes.countDown();
                        await(lastBranchEnded);
                        XaTransaction mine = sale;
                        toldBeforeItWasStored = mine != null && mine.hasEnded();
                    }
                    return call(method, given);
                });
    }

    private @Nullable Object call(Method method, @Nullable Object @Nullable [] given) throws Throwable {
        try {
            return method.invoke(kept, given);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private ThreadPoolExecutor workers() {
        return new ThreadPoolExecutor(0, 64, 1, TimeUnit.SECONDS, new SynchronousQueue<>()) {
            @Override
            protected void afterExecute(Runnable task, @Nullable Throwable failure) {
                if (Thread.currentThread().equals(ofTheLastBranch)) {
                    lastBranchEnded.countDown();
                }
            }
        };
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
