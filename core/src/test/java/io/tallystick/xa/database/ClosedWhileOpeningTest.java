package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** A driver that is closed while somebody, as recovery, is just asking it for its first connection. */
@Databases(Engine.POSTGRESQL)
class ClosedWhileOpeningTest {

    private final TestDatabase db;
    private final Thread main = Thread.currentThread();
    private final CountDownLatch somebodyAsks = new CountDownLatch(1);
    private final CountDownLatch closed = new CountDownLatch(1);

    ClosedWhileOpeningTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void what_is_closed_while_its_first_connection_is_opened_leaves_no_pool_behind() throws Exception {
        PostgresBranchDriver driver = PostgresBranchDriver.on(
                slowForOthers(), PoolSettings.of("closed-while-opening", 2).withBorrow(Duration.ofMillis(500)));
        Thread recovery = new Thread(() -> ask(driver), "asks-first");
        recovery.start();
        somebodyAsks.await();
        driver.close();
        closed.countDown();
        recovery.join();
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .noneMatch(name -> name.startsWith("closed-while-opening")));
    }

    private static void ask(PostgresBranchDriver driver) {
        try {
            driver.outside().close();
        } catch (SQLException e) {
            // refused is right too: it was closed in the middle
        }
    }

    /** Asked by another thread what a pool asks when it is being made, it answers only after the driver has been closed. */
    private DataSource slowForOthers() {
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, arguments) -> {
                    if (!Thread.currentThread().equals(main)) {
                        somebodyAsks.countDown();
                        if (method.getName().equals("setLoginTimeout")) {
                            closed.await();
                        }
                    }
                    try {
                        return method.invoke(db.dataSource(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
