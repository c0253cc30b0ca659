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
import jakarta.transaction.RollbackException;
import jakarta.transaction.TransactionManager;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import javax.transaction.xa.XAResource;
import org.apache.activemq.artemis.api.core.QueueConfiguration;
import org.apache.activemq.artemis.api.core.RoutingType;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.JournalType;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQXAConnectionFactory;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A message broker beside a database: a message and a row together or not at all. */
class ArtemisTest {

    private static final String URL = "vm://0";

    private final Shop shop = Shop.open();
    private EmbeddedActiveMQ broker;
    private XaEngine engine;
    private TransactionManager manager;

    @TempDir
    private Path folder;

    /** The broker first: an engine that has looked for it in vain a few times takes it for gone and begins nothing with it. */
    @BeforeEach
    void open() throws Exception {
        startBroker();
        engine = XaEngine.named("artemis-shop")
                .resource(InnoDbBranchDriver.mariadb(shop.stock.dataSource(), PoolSettings.of("stock", 4)))
                .resource(XaResourceDriver.of("broker", ArtemisTest::forRecovery))
                .decisions(shop.decisions())
                // a vote of a broker that is gone is waited for as long
                .settings(Shop.PATIENT.withPrepareBudget(Duration.ofSeconds(12)))
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
        client.send("sold", () -> broker.stop());
        takeAnApple();
        manager.commit();
        awaitApples(9);
        startBroker();
        awaitMessage("sold");
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
        factory.setCallTimeout(5000);
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

    /** What happens just before phase 2. */
    private interface Mishap {
        void strike() throws Exception;
    }

    private final class Client implements AutoCloseable {
        private final XAConnection connection = connect();
        private final XASession session = connection.createXASession();

        Client() throws JMSException {
            connection.start();
        }

        void send(String text, @Nullable Mishap beforeCommit) throws Exception {
            enlist(beforeCommit);
            session.createProducer(session.createQueue("sales")).send(session.createTextMessage(text));
        }

        @Nullable
        String receive() throws Exception {
            enlist(null);
            Message message =
                    session.createConsumer(session.createQueue("sales")).receive(60_000);
            return message instanceof TextMessage text ? text.getText() : null;
        }

        private void enlist(@Nullable Mishap beforeCommit) throws Exception {
            XAResource real = session.getXAResource();
            manager.getTransaction()
                    .enlistResource(
                            beforeCommit == null
                                    ? real
                                    : (XAResource) Proxy.newProxyInstance(
                                            ArtemisTest.class.getClassLoader(),
                                            new Class<?>[] {XAResource.class},
                                            (proxy, method, arguments) -> {
                                                if (method.getName().equals("commit")) {
                                                    beforeCommit.strike();
                                                }
                                                return call(method, real, arguments);
                                            }));
        }

        @Override
        public void close() throws JMSException {
            connection.close();
        }
    }
}
