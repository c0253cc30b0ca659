package io.tallystick.xa.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.jdbc.UnknownOutcomeException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.InMemoryDecisionStore;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.database.XaResourceDriver;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.XAConnection;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.MariaDbDataSource;

/**
 * A MariaDB connection of somebody else's pool, which takes it back after completion. As long as its session lives it alone can end the branch
 * that it has prepared, refuses every other statement, and hides the branch from everybody else.
 */
@Databases(value = Engine.MARIADB, ownServer = true)
class EnlistedMariaDbTest {

    private final AtomicBoolean storeIsAway = new AtomicBoolean();
    private final AtomicInteger commitsToLose = new AtomicInteger();
    private final List<String> givenBack = new CopyOnWriteArrayList<>();
    private TestDatabase db;
    private MariaDbDataSource source;
    private XAConnection pooled;
    private XaEngine engine;
    private TransactionManager manager;

    @BeforeEach
    void open(TestDatabase server) throws SQLException {
        db = server.createDatabase();
        db.execute("CREATE TABLE sold (id INT PRIMARY KEY)");
        source = new MariaDbDataSource(db.url());
        source.setUser(db.user());
        source.setPassword(db.password());
        pooled = source.getXAConnection();
        engine = XaEngine.named("pooled")
                .resource(XaResourceDriver.of("stock", this::forRecovery))
                .decisions(awayAtTimes(new InMemoryDecisionStore("memory", InstantSource.system())))
                .settings(XaSettings.standard()
                        .withTimeout(Duration.ofMinutes(2))
                        .withPrepareBudget(Duration.ofMinutes(1))
                        .withAckWait(Duration.ofMillis(100))
                        .withScanEvery(Duration.ofMillis(100)))
                .open();
        manager = JakartaTransactions.of(
                        engine, resource -> resource instanceof InMemoryXaResource ? "memory" : "stock")
                .transactionManager();
    }

    @AfterEach
    void close() throws SQLException {
        engine.bind(null);
        engine.close();
        pooled.close();
        db.close();
    }

    @Test
    void while_nobody_knows_the_decision_its_connection_stays_out_of_the_pool() throws Exception {
        sell();
        storeIsAway.set(true);
        Transaction mine = manager.getTransaction();
        assertThatThrownBy(manager::commit).isInstanceOf(SystemException.class);
        assertThat(manager.getTransaction()).as("of the thread").isNull();
        assertThat(mine.getStatus()).isEqualTo(Status.STATUS_UNKNOWN);
        assertThat(givenBack).as("connections given back while in doubt").isEmpty();
        storeIsAway.set(false);
        await().untilAsserted(() -> assertThat(givenBack).containsExactly("and works"));
        assertThat(sold()).isOne();
        assertThat(prepared()).isZero();
        assertThat(mine.getStatus()).isEqualTo(Status.STATUS_COMMITTED);
    }

    @Test
    void an_order_that_it_did_not_hear_is_given_again_on_itself() throws Exception {
        commitsToLose.set(2);
        sell();
        manager.commit();
        await().untilAsserted(() -> assertThat(givenBack).containsExactly("and works"));
        assertThat(sold()).isOne();
        assertThat(prepared()).isZero();
    }

    @Test
    void handed_over_to_a_coordinator_elsewhere_it_stays_out_until_that_one_has_spoken() throws Exception {
        BranchXid branch = handedOver();
        assertThat(givenBack).isEmpty();
        assertThat(engine.finish(new Voted(branch, "stock", "", ""), Verdict.COMMIT))
                .isEqualTo(new Ack.Done());
        await().untilAsserted(() -> assertThat(givenBack).containsExactly("and works"));
        assertThat(sold()).isOne();
    }

    @Test
    void it_is_given_back_when_its_session_was_ended_and_somebody_else_has_finished_the_branch() throws Exception {
        handedOver();
        db.execute("KILL " + sessionOfTheBranch());
        await().ignoreExceptions().untilAsserted(() -> {
            if (prepared() > 0) {
                db.execute("XA ROLLBACK " + branchName());
            }
            assertThat(prepared()).isZero();
        });
        await().untilAsserted(() -> assertThat(givenBack).containsExactly("and is broken"));
        assertThat(sold()).isZero();
    }

    private BranchXid handedOver() throws Exception {
        Gtrid elsewhere = new Gtrid(7, 8, 9, 1, 1, Instant.now());
        XaTransaction mine = engine.beginFor(elsewhere, Instant.now().plusSeconds(60));
        engine.bind(mine);
        enlist();
        BranchXid branch = mine.handOver().get(0).xid();
        engine.bind(null);
        return branch;
    }

    /** In the database and in a resource beside it, so that there are two phases. */
    private void sell() throws Exception {
        manager.begin();
        manager.getTransaction().enlistResource(new InMemoryXaResource());
        enlist();
    }

    private void enlist() throws Exception {
        Connection connection = pooled.getConnection();
        manager.getTransaction().enlistResource(losing(pooled.getXAResource()));
        manager.getTransaction().registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                givenBack.add(tried(connection));
            }
        });
        try (Statement statement = connection.createStatement()) {
            statement.execute("INSERT INTO sold VALUES (1)");
        }
    }

    /** What the next one in the pool finds. */
    private static String tried(Connection connection) {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SELECT 1 FROM sold");
            return "and works";
        } catch (SQLException e) {
            return e.getMessage().contains("XAER") ? "and refuses: " + e.getMessage() : "and is broken";
        }
    }

    private XAResource losing(XAResource real) {
        return proxy((method, arguments) -> {
            if (method.getName().equals("commit") && commitsToLose.getAndDecrement() > 0) {
                throw new XAException(XAException.XAER_RMFAIL);
            }
            return call(method, real, arguments);
        });
    }

    private XAResource forRecovery() {
        try {
            XAConnection connection = source.getXAConnection();
            XAResource real = connection.getXAResource();
            return proxy((method, arguments) -> {
                if (method.getName().equals("close")) {
                    connection.close();
                    return null;
                }
                return call(method, real, arguments);
            });
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The decision is stored, its answer is lost, and nobody can ask. */
    private DecisionStore awayAtTimes(DecisionStore real) {
        return (DecisionStore) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DecisionStore.class}, (self, method, arguments) -> {
                    boolean away = storeIsAway.get();
                    if (away && !method.getName().equals("commit") && method.getReturnType() == Verdict.class) {
                        throw new UnavailableException("the store is away");
                    }
                    Object answer = call(method, real, arguments);
                    if (away && method.getName().equals("commit")) {
                        throw new UnknownOutcomeException("the answer was lost");
                    }
                    return answer;
                });
    }

    private interface Answer {
        @Nullable
        Object to(Method method, @Nullable Object @Nullable [] arguments) throws Throwable;
    }

    private static XAResource proxy(Answer answer) {
        return (XAResource) Proxy.newProxyInstance(
                EnlistedMariaDbTest.class.getClassLoader(),
                new Class<?>[] {XAResource.class, AutoCloseable.class},
                (self, method, arguments) -> answer.to(method, arguments));
    }

    private static @Nullable Object call(Method method, Object target, @Nullable Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    private long sold() throws SQLException {
        return asked("SELECT COUNT(*) FROM sold", row -> row.next() ? row.getLong(1) : -1);
    }

    private long prepared() throws SQLException {
        return asked("XA RECOVER", row -> {
            long found = 0;
            while (row.next()) {
                found++;
            }
            return found;
        });
    }

    private String branchName() throws SQLException {
        return asked("XA RECOVER FORMAT='SQL'", row -> row.next() ? row.getString(4) : "nothing");
    }

    private long sessionOfTheBranch() throws SQLException {
        return asked(
                "SELECT trx_mysql_thread_id FROM information_schema.innodb_trx WHERE trx_mysql_thread_id > 0",
                row -> row.next() ? row.getLong(1) : -1);
    }

    private interface Reading<T> {
        T of(ResultSet row) throws SQLException;
    }

    private <T> T asked(String query, Reading<T> reading) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return reading.of(row);
        }
    }
}
