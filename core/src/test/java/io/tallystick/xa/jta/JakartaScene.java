package io.tallystick.xa.jta;

import io.tallystick.testkit.Background;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.InMemoryDecisionStore;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.UserTransaction;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.AfterEach;

/** A transaction manager with two resources in memory, patient on a busy machine, and what its tests have heard. */
abstract class JakartaScene {

    /** While the decision is being stored. */
    volatile Work whenDeciding = () -> {};

    final XaEngine engine = XaEngine.named("conformance")
            .decisions(at(
                    "commit",
                    DecisionStore.class,
                    new InMemoryDecisionStore("memory", InstantSource.system()),
                    () -> whenDeciding.run()))
            .settings(XaSettings.standard()
                    .withTimeout(Duration.ofMinutes(2))
                    .withPrepareBudget(Duration.ofMinutes(1))
                    .withAckWait(Duration.ofMinutes(1)))
            .open();
    final TransactionManager manager;
    final UserTransaction user;
    final TransactionSynchronizationRegistry registry;
    final InMemoryXaResource one = new InMemoryXaResource();
    final InMemoryXaResource two = new InMemoryXaResource();
    final List<String> heard = new CopyOnWriteArrayList<>();

    JakartaScene() {
        JakartaTransactions jakarta = JakartaTransactions.of(engine, resource -> "in-memory");
        manager = jakarta.transactionManager();
        user = jakarta.userTransaction();
        registry = jakarta.registry();
    }

    @AfterEach
    void close() {
        engine.bind(null).filter(t -> !t.phase().isFinal()).ifPresent(t -> t.rollback());
        engine.close();
    }

    void beginWithBoth() throws Exception {
        manager.begin();
        manager.getTransaction().enlistResource(one);
        manager.getTransaction().enlistResource(two);
    }

    interface Work {
        void run() throws Exception;
    }

    /** Notes both calls, and does something in the first. */
    Synchronization hearing(String name, Work before) {
        return new Synchronization() {
            @Override
            public void beforeCompletion() {
                heard.add("before " + name);
                try {
                    before.run();
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public void afterCompletion(int status) {
                heard.add("after " + name + " " + word(status));
            }
        };
    }

    Synchronization hearing(String name) {
        return hearing(name, () -> {});
    }

    /** The resource, which also does something when it gets this call. */
    static XAResource at(String call, XAResource real, Work then) {
        return at(call, XAResource.class, real, then);
    }

    private static <T> T at(String call, Class<T> type, T real, Work then) {
        return type.cast(Proxy.newProxyInstance(
                JakartaScene.class.getClassLoader(), new Class<?>[] {type}, (self, method, arguments) -> {
                    if (method.getName().equals(call)) {
                        then.run();
                    }
                    try {
                        return method.invoke(real, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                }));
    }

    /** What it throws. */
    static Throwable caught(Callable<?> work) {
        try {
            work.call();
            return new AssertionError("nothing was thrown");
        } catch (Throwable e) {
            return e;
        }
    }

    static <T> T elsewhere(Callable<T> work) throws Exception {
        return Background.supply(() -> {
                    try {
                        return work.call();
                    } catch (RuntimeException e) {
                        throw e;
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                })
                .get();
    }

    static String word(int status) {
        return switch (status) {
            case Status.STATUS_ACTIVE -> "ACTIVE";
            case Status.STATUS_MARKED_ROLLBACK -> "MARKED_ROLLBACK";
            case Status.STATUS_PREPARING -> "PREPARING";
            case Status.STATUS_PREPARED -> "PREPARED";
            case Status.STATUS_COMMITTING -> "COMMITTING";
            case Status.STATUS_COMMITTED -> "COMMITTED";
            case Status.STATUS_ROLLING_BACK -> "ROLLING_BACK";
            case Status.STATUS_ROLLEDBACK -> "ROLLEDBACK";
            case Status.STATUS_NO_TRANSACTION -> "NO_TRANSACTION";
            default -> "UNKNOWN";
        };
    }
}
