package io.tallystick.examples.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.agroal.api.AgroalDataSource;
import io.tallystick.examples.hands.AgroalShop.Address;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.PersistenceUnitTransactionType;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Transaction;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import org.awaitility.Awaitility;
import org.hibernate.jpa.HibernatePersistenceConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.xa.PGXADataSource;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.jta.JtaTransactionManager;

/** Agroal with its own transaction integration, which was written for another transaction manager, unmodified. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AgroalTest {

    private final Shop shop = Shop.open();
    private AgroalShop agroal;

    @BeforeAll
    void start() throws SQLException {
        // as other owners of a PostgreSQL do: a purchase of nothing is refused at the end of the transaction
        shop.orders.execute(
                "CREATE TABLE known (item varchar(40) PRIMARY KEY)",
                "INSERT INTO known VALUES ('apple')",
                "ALTER TABLE purchase ADD FOREIGN KEY (item) REFERENCES known DEFERRABLE INITIALLY DEFERRED");
        agroal = new AgroalShop(
                Address.of(PGXADataSource.class, shop.orders),
                Address.of(SlowMariaDb.class, shop.stock),
                shop.stock.dataSource());
    }

    @AfterEach
    void nothingIsLeft() throws Exception {
        // a test that failed half-way must not fail the next one
        agroal.manager.suspend();
        Awaitility.await().untilAsserted(() -> assertThat(shop.prepared()).isZero());
        Awaitility.await()
                .untilAsserted(() -> assertThat(agroal.orders.getMetrics().activeCount()
                                + agroal.stock.getMetrics().activeCount())
                        .as("connections not given back")
                        .isZero());
        shop.reset();
    }

    @AfterAll
    void stop() {
        agroal.close();
        shop.close();
    }

    @Test
    void commits_in_both_databases() throws Exception {
        agroal.manager.begin();
        agroal.sell(1, 1);
        agroal.manager.commit();
        assertBooks(1, 9);
    }

    @Test
    void rolls_back_in_both_databases() throws Exception {
        agroal.manager.begin();
        agroal.sell(1, 1);
        agroal.manager.rollback();
        assertBooks(0, 10);
    }

    @Test
    void one_database_alone_commits_in_one_phase() throws Exception {
        agroal.manager.begin();
        Shop.run(agroal.orders, "INSERT INTO purchase VALUES (1, 'apple')");
        agroal.manager.commit();
        assertBooks(1, 10);
    }

    @Test
    void a_no_at_the_vote_rolls_the_other_one_back() throws Exception {
        agroal.manager.begin();
        agroal.sell(1, 1);
        Shop.run(agroal.orders, "INSERT INTO purchase VALUES (2, 'unheard of')");
        assertThatThrownBy(agroal.manager::commit).isInstanceOf(RollbackException.class);
        assertBooks(0, 10);
    }

    @Test
    void a_connection_is_the_same_branch_however_often_it_is_asked_for() throws Exception {
        agroal.manager.begin();
        try (Connection first = agroal.orders.getConnection();
                Connection second = agroal.orders.getConnection()) {
            first.createStatement().execute("INSERT INTO purchase VALUES (1, 'apple')");
            second.createStatement().execute("UPDATE purchase SET id = 2 WHERE id = 1");
        }
        Shop.run(agroal.orders, "UPDATE purchase SET id = 3 WHERE id = 2");
        Shop.run(agroal.stock, "UPDATE item SET pieces = pieces - 3");
        agroal.manager.commit();
        assertBooks(1, 7);
    }

    @Test
    void what_is_suspended_goes_on_after_another_transaction_of_the_same_thread() throws Exception {
        agroal.manager.begin();
        agroal.sell(1, 1);
        Transaction outer = agroal.manager.suspend();
        agroal.manager.begin();
        Shop.run(agroal.orders, "INSERT INTO purchase VALUES (2, 'apple')");
        agroal.manager.commit();
        agroal.manager.resume(outer);
        Shop.run(agroal.orders, "INSERT INTO purchase VALUES (3, 'apple')");
        agroal.manager.rollback();
        assertBooks(1, 10);
    }

    @Test
    void beyond_its_time_out_it_is_rolled_back_and_the_connections_return() throws Exception {
        agroal.manager.setTransactionTimeout(1);
        agroal.manager.begin();
        agroal.manager.setTransactionTimeout(0);
        Transaction transaction = agroal.manager.getTransaction();
        // a busy machine finds its time over in the middle of its work
        Throwable late = catchThrowable(() -> agroal.sell(1, 1));
        assertThat(late == null || transaction.getStatus() != Status.STATUS_ACTIVE)
                .as("%s", late)
                .isTrue();
        Awaitility.await().until(() -> transaction.getStatus() == Status.STATUS_ROLLEDBACK);
        assertThatThrownBy(agroal.manager::commit).isInstanceOf(RollbackException.class);
        assertBooks(0, 10);
    }

    @Test
    void a_connection_that_is_still_being_told_the_end_is_not_given_back() throws Exception {
        CountDownLatch mayCommit = SlowMariaDb.holdCommits();
        try {
            agroal.manager.begin();
            agroal.sell(1, 1);
            agroal.manager.commit();
            assertThat(agroal.stock.getMetrics().activeCount())
                    .as("connections in use: a second transaction on this one would mix with the first")
                    .isEqualTo(1);
        } finally {
            mayCommit.countDown();
        }
        assertBooks(1, 9);
    }

    @Test
    void Hibernate_writes_before_the_votes_through_a_pool_that_is_enlisted_only_then() throws Exception {
        try (EntityManagerFactory orders = new HibernatePersistenceConfiguration("orders")
                .managedClass(HibernateTest.Purchase.class)
                .transactionType(PersistenceUnitTransactionType.JTA)
                .property("jakarta.persistence.jtaDataSource", agroal.orders)
                .property("hibernate.transaction.jta.platform", new HibernatePlatform(agroal.jakarta))
                .createEntityManagerFactory()) {
            agroal.manager.begin();
            orders.createEntityManager().persist(new HibernateTest.Purchase(1, "apple"));
            Shop.run(agroal.stock, "UPDATE item SET pieces = pieces - 1");
            assertThat(agroal.orders.getMetrics().activeCount())
                    .as("connections to the orders so far")
                    .isZero();
            agroal.manager.commit();
            assertBooks(1, 9);
            agroal.manager.begin();
            orders.createEntityManager().persist(new HibernateTest.Purchase(2, "unheard of"));
            Shop.run(agroal.stock, "UPDATE item SET pieces = pieces - 1");
            assertThatThrownBy(agroal.manager::commit).isInstanceOf(RollbackException.class);
            assertBooks(1, 9);
        }
    }

    @Test
    void connections_without_XA_commit_alone_and_are_refused_beside_another_database() throws Exception {
        try (AgroalDataSource plain =
                agroal.pool("java:/plain", Address.of(PGSimpleDataSource.class, shop.orders), new AgroalRecovery())) {
            agroal.manager.begin();
            Shop.run(plain, "INSERT INTO purchase VALUES (1, 'apple')");
            agroal.manager.commit();
            assertBooks(1, 10);
            agroal.manager.begin();
            Shop.run(plain, "INSERT INTO purchase VALUES (2, 'apple')");
            Shop.run(agroal.stock, "UPDATE item SET pieces = pieces - 1");
            assertThatThrownBy(agroal.manager::commit)
                    .isInstanceOf(RollbackException.class)
                    .hasMessageContaining("java:/plain")
                    .hasMessageContaining("no XA connection");
            assertBooks(1, 10);
            Awaitility.await()
                    .untilAsserted(
                            () -> assertThat(plain.getMetrics().activeCount()).isZero());
        }
    }

    @Test
    void a_connection_within_a_transaction_is_ended_by_that_alone() throws Exception {
        agroal.manager.begin();
        try (Connection connection = agroal.orders.getConnection()) {
            connection.createStatement().execute("INSERT INTO purchase VALUES (1, 'apple')");
            assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            assertThatThrownBy(connection::rollback).isInstanceOf(SQLException.class);
            assertThatThrownBy(() -> connection.setAutoCommit(true)).isInstanceOf(SQLException.class);
        }
        assertBooks(0, 10);
        agroal.manager.commit();
        assertBooks(1, 10);
    }

    @Test
    void a_connection_that_nobody_closes_goes_back_at_the_end_and_is_of_no_use_to_who_still_has_it() throws Exception {
        agroal.manager.begin();
        Connection forgotten = agroal.orders.getConnection();
        forgotten.createStatement().execute("INSERT INTO purchase VALUES (1, 'apple')");
        agroal.manager.commit();
        assertBooks(1, 10);
        assertThatThrownBy(() -> forgotten.createStatement().execute("INSERT INTO purchase VALUES (2, 'apple')"))
                .isInstanceOf(SQLException.class);
        assertBooks(1, 10);
    }

    @Test
    void a_connection_from_before_the_transaction_takes_no_part_in_it() throws Exception {
        try (Connection before = agroal.orders.getConnection()) {
            agroal.manager.begin();
            assertThatThrownBy(() -> before.createStatement().execute("INSERT INTO purchase VALUES (1, 'apple')"))
                    .isInstanceOf(SQLException.class);
            agroal.manager.rollback();
            before.createStatement().execute("INSERT INTO purchase VALUES (2, 'apple')");
        }
        assertBooks(1, 10);
    }

    @Test
    void a_session_that_is_ended_in_the_middle_rolls_both_back_and_the_pool_goes_on() throws Exception {
        agroal.manager.begin();
        Shop.run(agroal.stock, "UPDATE item SET pieces = pieces - 1");
        try (Connection connection = agroal.orders.getConnection()) {
            connection.createStatement().execute("INSERT INTO purchase VALUES (1, 'apple')");
            assertThatThrownBy(
                            () -> connection.createStatement().execute("SELECT pg_terminate_backend(pg_backend_pid())"))
                    .isInstanceOf(SQLException.class);
        }
        assertThatThrownBy(agroal.manager::commit).isInstanceOf(RollbackException.class);
        assertBooks(0, 10);
        agroal.manager.begin();
        agroal.sell(2, 1);
        agroal.manager.commit();
        assertBooks(1, 9);
    }

    @Test
    void many_in_turn_find_a_clean_connection_each_time() throws Exception {
        for (int i = 1; i <= 10; i++) {
            agroal.manager.begin();
            agroal.sell(i, 1);
            if (i % 2 == 0) {
                agroal.manager.commit();
            } else {
                agroal.manager.rollback();
            }
        }
        assertBooks(5, 5);
    }

    @Test
    void in_a_transactional_method_of_Spring_two_pools_commit_together() {
        try (AnnotationConfigApplicationContext spring = spring()) {
            spring.getBean(Sales.class).sell(1, null);
        }
        assertBooks(1, 9);
    }

    @Test
    void in_a_transactional_method_of_Spring_an_exception_rolls_both_pools_back() {
        try (AnnotationConfigApplicationContext spring = spring()) {
            Sales sales = spring.getBean(Sales.class);
            assertThatThrownBy(() -> sales.sell(1, new IllegalStateException("no")))
                    .hasMessage("no");
            assertThatThrownBy(() -> sales.sellTooMuch(2)).isInstanceOf(DataAccessException.class);
        }
        assertBooks(0, 10);
    }

    @Test
    void a_transactional_method_of_its_own_gets_connections_of_its_own_and_stays_when_the_outer_one_is_rolled_back() {
        try (AnnotationConfigApplicationContext spring = spring()) {
            Sales sales = spring.getBean(Sales.class);
            assertThatThrownBy(() -> sales.sellNoting(1, spring.getBean(Journal.class)))
                    .hasMessage("the outer one fails");
        }
        assertBooks(1, 10);
    }

    private AnnotationConfigApplicationContext spring() {
        AnnotationConfigApplicationContext spring = new AnnotationConfigApplicationContext();
        spring.registerBean(
                JtaTransactionManager.class,
                () -> new JtaTransactionManager(agroal.jakarta.userTransaction(), agroal.manager));
        spring.registerBean(Sales.class, () -> new Sales(agroal));
        spring.registerBean(Journal.class, () -> new Journal(agroal));
        spring.register(Declarative.class);
        spring.refresh();
        return spring;
    }

    @Configuration(proxyBeanMethods = false)
    @EnableTransactionManagement(proxyTargetClass = true)
    static class Declarative {}

    static class Journal {
        private final JdbcTemplate orders;

        Journal(AgroalShop agroal) {
            this.orders = new JdbcTemplate(agroal.orders);
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void note(long id) {
            orders.update("INSERT INTO purchase VALUES (?, 'apple')", id);
        }
    }

    static class Sales {
        private final JdbcTemplate orders;
        private final JdbcTemplate stock;

        Sales(AgroalShop agroal) {
            this.orders = new JdbcTemplate(agroal.orders);
            this.stock = new JdbcTemplate(agroal.stock);
        }

        @Transactional
        public void sell(long id, @Nullable RuntimeException failure) {
            orders.update("INSERT INTO purchase VALUES (?, 'apple')", id);
            stock.update("UPDATE item SET pieces = pieces - 1 WHERE name = 'apple'");
            if (failure != null) {
                throw failure;
            }
        }

        @Transactional
        public void sellTooMuch(long id) {
            orders.update("INSERT INTO purchase VALUES (?, 'apple')", id);
            stock.update("UPDATE item SET pieces = pieces - 11 WHERE name = 'apple'");
        }

        @Transactional
        public void sellNoting(long id, Journal journal) {
            sell(id, null);
            journal.note(id + 1000);
            throw new IllegalStateException("the outer one fails");
        }
    }

    /** Phase 2 may still be going on when a commit has returned. */
    private void assertBooks(long purchases, long apples) {
        Awaitility.await().untilAsserted(() -> {
            assertThat(shop.purchases()).as("purchases").isEqualTo(purchases);
            assertThat(shop.apples()).as("apples").isEqualTo(apples);
        });
    }
}
