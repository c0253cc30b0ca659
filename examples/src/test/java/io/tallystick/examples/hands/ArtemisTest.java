package io.tallystick.examples.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.xa.XaEngine;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.XaResourceDriver;
import io.tallystick.xa.jta.JakartaTransactions;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import jakarta.jms.TextMessage;
import jakarta.jms.XAConnection;
import jakarta.jms.XASession;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.TransactionManager;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.api.core.management.ActiveMQServerControl;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.core.server.impl.ActiveMQServerImpl;
import org.apache.activemq.artemis.core.transaction.impl.XidImpl;
import org.apache.activemq.artemis.jms.client.ActiveMQXAConnectionFactory;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A message broker beside a database: a message and a row together or not at all. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ArtemisTest {

    private static final String URL = "vm://0";

    private final Shop shop = Shop.open();
    private EmbeddedActiveMQ broker;
    private XaEngine engine;
    private TransactionManager manager;
    private Path folder;

    /** The broker first: an engine that has looked for it in vain a few times takes it for gone and begins nothing with it. */
    @BeforeEach
    void open(@TempDir Path fresh) throws Exception {
        folder = fresh;
        startBroker();
        startEngine(Duration.ofMinutes(1));
    }

    private void startEngine(Duration patience) {
        engine = XaEngine.named("artemis-shop")
                .resource(InnoDbBranchDriver.mariadb(shop.stock.dataSource(), PoolSettings.of("stock", 4)))
                .resource(XaResourceDriver.of("broker", ArtemisTest::forRecovery))
                .decisions(shop.decisions())
                .settings(Shop.PATIENT.withPrepareBudget(patience))
                .open();
        manager = JakartaTransactions.of(engine, resource -> "broker").transactionManager();
    }

    private void startBroker() throws Exception {
        // configured, for the broker deletes an auto-created queue when it starts, prepared messages and all
        // (AMQ224112)
        QueueConfiguration sales =
                QueueConfiguration.of("sales").setAddress("sales").setRoutingType(RoutingType.ANYCAST);
        Configuration settings = new ConfigurationImpl()
                .setPersistenceEnabled(true)
                .setJournalType(JournalType.NIO)
                .setJournalDirectory(folder.resolve("journal").toString())
                .setBindingsDirectory(folder.resolve("bindings").toString())
                .setLargeMessagesDirectory(folder.resolve("large").toString())
                .setPagingDirectory(folder.resolve("paging").toString())
                .setJournalFileSize(1024 * 1024)
                .setMaxDiskUsage(100)
                .setSecurityEnabled(false)
                .addQueueConfiguration(sales)
                .addAcceptorConfiguration("vm", URL);
        broker = new EmbeddedActiveMQ();
        broker.setConfiguration(settings);
        broker.start();
    }

    @AfterEach
    void stop() throws Exception {
        Awaitility.await().untilAsserted(() -> assertThat(shop.prepared()).isZero());
        engine.close();
        broker.stop();
        shop.stock.execute("DELETE FROM tally_heuristic");
        shop.reset();
    }

    @AfterAll
    void closeShop() {
        shop.close();
    }

    @Test
    void a_message_and_a_row_are_committed_together() throws Exception {
        try (Client client = new Client()) {
            manager.begin();
            client.send("sold", null);
            takeAnApple();
            assertThat(received()).as("before the commit").isNull();
            manager.commit();
        }
        awaitMessage("sold");
        awaitApples(9);
    }

    @Test
    void a_message_and_a_row_are_rolled_back_together() throws Exception {
        try (Client client = new Client()) {
            manager.begin();
            client.send("sold", null);
            takeAnApple();
            manager.rollback();
        }
        assertThat(received()).isNull();
        assertThat(shop.apples()).isEqualTo(10);
    }

    @Test
    void two_sessions_of_one_broker_work_for_one_branch() throws Exception {
        try (Client client = new Client();
                Client another = new Client()) {
            manager.begin();
            client.send("sold", null);
            another.send("packed", null);
            assertThat(broker.getActiveMQServer().getResourceManager().size())
                    .as("transactions that the broker knows")
                    .isOne();
            takeAnApple();
            manager.commit();
        }
        awaitMessage("sold");
        awaitMessage("packed");
        awaitApples(9);
    }

    @Test
    void a_message_taken_comes_again_when_its_row_is_refused() throws Exception {
        send("order");
        try (Client client = new Client()) {
            manager.begin();
            assertThat(client.receive()).isEqualTo("order");
            assertThatThrownBy(() -> Shop.run(engine.dataSource("stock"), "UPDATE item SET pieces = -1"))
                    .isInstanceOf(java.sql.SQLException.class);
            manager.rollback();
        }
        awaitMessage("order");
        assertThat(shop.apples()).isEqualTo(10);
    }

    @Test
    void a_message_taken_and_its_row_are_committed_together_and_the_message_comes_no_more() throws Exception {
        send("order");
        try (Client client = new Client()) {
            manager.begin();
            assertThat(client.receive()).isEqualTo("order");
            takeAnApple();
            manager.commit();
        }
        assertThat(received()).isNull();
        awaitApples(9);
    }

    @Test
    void a_broker_that_is_gone_before_the_vote_rolls_the_row_back() throws Exception {
        // as long the vote of a broker is waited for that is gone
        engine.close();
        startEngine(Duration.ofSeconds(2));
        Client client = new Client();
        manager.begin();
        client.send("sold", null);
        takeAnApple();
        broker.stop();
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        startBroker();
        assertThat(received()).isNull();
        assertThat(shop.apples()).isEqualTo(10);
    }

    @Test
    void a_broker_that_goes_between_its_vote_and_its_commit_delivers_the_message_after_its_restart() throws Exception {
        Client client = new Client();
        manager.begin();
        client.send("sold", this::crash);
        takeAnApple();
        manager.commit();
        awaitApples(9);
        startBroker();
        awaitMessage("sold");
    }

    @Test
    void when_broker_and_engine_are_both_gone_the_next_engine_delivers_what_was_decided() throws Exception {
        send("ordered");
        Client client = new Client();
        manager.begin();
        client.send("sold", this::crash);
        assertThat(client.receive()).isEqualTo("ordered");
        takeAnApple();
        manager.commit();
        engine.close();
        startBroker();
        assertThat(broker.getActiveMQServer().getResourceManager().getPreparedTransactions())
                .as("prepared in the broker")
                .hasSize(1);
        startEngine(Duration.ofMinutes(1));
        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                broker.getActiveMQServer().getResourceManager().getPreparedTransactions())
                        .isEmpty());
        assertThat(received()).isEqualTo("sold");
        assertThat(received()).as("what was taken comes no more").isNull();
        awaitApples(9);
    }

    @Test
    void when_broker_and_engine_are_gone_after_the_vote_the_next_engine_rolls_back_what_nobody_decided()
            throws Exception {
        engine.close();
        startEngine(Duration.ofSeconds(2));
        Client client = new Client();
        client.afterVote = () -> {
            crash();
            throw new XAException(XAException.XAER_RMFAIL);
        };
        manager.begin();
        client.send("sold", null);
        takeAnApple();
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        engine.close();
        startBroker();
        assertThat(broker.getActiveMQServer().getResourceManager().getPreparedTransactions())
                .hasSize(1);
        startEngine(Duration.ofMinutes(1));
        Awaitility.await()
                .untilAsserted(() -> assertThat(
                                broker.getActiveMQServer().getResourceManager().getPreparedTransactions())
                        .isEmpty());
        assertThat(received()).isNull();
        assertThat(shop.apples()).isEqualTo(10);
    }

    @Test
    void what_an_administrator_rolled_back_at_the_broker_is_told_as_a_mixed_end_and_kept_as_evidence()
            throws Exception {
        try (Client client = new Client()) {
            manager.begin();
            client.send("sold", () -> administration().rollbackPreparedTransaction(prepared()));
            takeAnApple();
            assertThatThrownBy(manager::commit).isInstanceOf(HeuristicMixedException.class);
        }
        assertThat(received()).isNull();
        awaitApples(9);
        assertThat(engine.heuristics(10)).hasSize(1);
    }

    @Test
    void what_an_administrator_committed_as_it_was_decided_is_no_news_and_the_broker_may_forget_it() throws Exception {
        try (Client client = new Client()) {
            manager.begin();
            client.send("sold", () -> administration().commitPreparedTransaction(prepared()));
            takeAnApple();
            manager.commit();
        }
        awaitMessage("sold");
        awaitApples(9);
        assertThat(engine.heuristics(10)).isEmpty();
        assertThat(administration().listHeuristicCommittedTransactions()).isEmpty();
    }

    private ActiveMQServerControl administration() {
        return broker.getActiveMQServer().getActiveMQServerControl();
    }

    /** The one that is prepared, as the broker's management names it. */
    private String prepared() {
        return XidImpl.toBase64String(broker.getActiveMQServer()
                .getResourceManager()
                .getPreparedTransactions()
                .get(0));
    }

    @Test
    void a_session_that_is_suspended_and_resumed_goes_on_in_its_branch() throws Exception {
        try (Client client = new Client()) {
            manager.begin();
            client.send("ordered", null);
            XAResource session = client.session.getXAResource();
            assertThat(manager.getTransaction().delistResource(session, XAResource.TMSUSPEND))
                    .isTrue();
            assertThat(manager.getTransaction().enlistResource(session)).isTrue();
            client.send("sold", null);
            takeAnApple();
            manager.commit();
        }
        awaitMessage("ordered");
        awaitMessage("sold");
        awaitApples(9);
    }

    @Test
    void a_message_that_comes_again_says_so() throws Exception {
        send("order");
        try (Client client = new Client()) {
            manager.begin();
            assertThat(client.take().getJMSRedelivered()).isFalse();
            manager.rollback();
        }
        try (Client client = new Client()) {
            manager.begin();
            Message again = client.take();
            assertThat(again.getJMSRedelivered()).isTrue();
            assertThat(again.getIntProperty("JMSXDeliveryCount")).isEqualTo(2);
            manager.commit();
        }
    }

    /** As after a failure of its disk: nothing is written any more, and nobody is told. */
    private void crash() throws Exception {
        ((ActiveMQServerImpl) broker.getActiveMQServer()).fail(false);
    }

    /** In a transaction of its own, which is over when this returns: it has one branch. */
    private void send(String text) throws Exception {
        try (Client client = new Client()) {
            manager.begin();
            client.send(text, null);
            manager.commit();
        }
    }

    private void takeAnApple() throws Exception {
        Shop.run(engine.dataSource("stock"), "UPDATE item SET pieces = pieces - 1");
    }

    /** Phase 2 may still be going on when a commit has returned. */
    private void awaitApples(long apples) {
        Awaitility.await().untilAsserted(() -> assertThat(shop.apples()).isEqualTo(apples));
    }

    private static XAResource forRecovery() {
        try {
            XAConnection connection = connect();
            XAResource resource = connection.createXASession().getXAResource();
            return (XAResource) Proxy.newProxyInstance(
                    ArtemisTest.class.getClassLoader(),
                    new Class<?>[] {XAResource.class, AutoCloseable.class},
                    (proxy, method, arguments) -> {
                        if (method.getName().equals("close")) {
                            connection.close();
                            return null;
                        }
                        return call(method, resource, arguments);
                    });
        } catch (JMSException e) {
            throw new IllegalStateException(e);
        }
    }

    private static @Nullable Object call(
            java.lang.reflect.Method method, Object target, @Nullable Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getTargetException();
        }
    }

    /** The factory ends with the last connection: closing it earlier would close them too. */
    private static XAConnection connect() throws JMSException {
        ActiveMQXAConnectionFactory factory = new ActiveMQXAConnectionFactory(URL);
        factory.setReconnectAttempts(0);
        factory.setInitialConnectAttempts(1);
        factory.setCallTimeout(2000);
        return factory.createXAConnection();
    }

    private static void awaitMessage(String text) {
        Awaitility.await().untilAsserted(() -> assertThat(received()).isEqualTo(text));
    }

    /** Takes a message outside of any transaction, if one comes at once. */
    private static @Nullable String received() throws JMSException {
        try (ActiveMQXAConnectionFactory factory = new ActiveMQXAConnectionFactory(URL);
                jakarta.jms.JMSContext context = factory.createContext()) {
            return context.createConsumer(context.createQueue("sales")).receiveBody(String.class, 300);
        }
    }

    /** What happens just before phase 2, or just after the vote. */
    private interface Mishap {
        void strike() throws Exception;
    }

    private final class Client implements AutoCloseable {
        private final XAConnection connection = connect();
        private final XASession session = connection.createXASession();
        private @Nullable Mishap afterVote;

        Client() throws JMSException {
            connection.start();
        }

        void send(String text, @Nullable Mishap beforeCommit) throws Exception {
            enlist(beforeCommit);
            session.createProducer(session.createQueue("sales")).send(session.createTextMessage(text));
        }

        @Nullable
        String receive() throws Exception {
            return take() instanceof TextMessage text ? text.getText() : null;
        }

        Message take() throws Exception {
            enlist(null);
            return session.createConsumer(session.createQueue("sales")).receive(60_000);
        }

        private void enlist(@Nullable Mishap beforeCommit) throws Exception {
            XAResource real = session.getXAResource();
            Mishap vote = afterVote;
            manager.getTransaction()
                    .enlistResource(
                            beforeCommit == null && vote == null
                                    ? real
                                    : (XAResource) Proxy.newProxyInstance(
                                            ArtemisTest.class.getClassLoader(),
                                            new Class<?>[] {XAResource.class},
                                            (proxy, method, arguments) -> {
                                                if (method.getName().equals("commit") && beforeCommit != null) {
                                                    beforeCommit.strike();
                                                }
                                                Object answer = call(method, real, arguments);
                                                if (method.getName().equals("prepare") && vote != null) {
                                                    vote.strike();
                                                }
                                                return answer;
                                            }));
        }

        @Override
        public void close() throws JMSException {
            connection.close();
        }
    }
}
