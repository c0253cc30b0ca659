package io.tallystick.examples.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.Background;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.jta.JakartaTransactions;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceUnitTransactionType;
import jakarta.persistence.Table;
import jakarta.persistence.TableGenerator;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.UserTransaction;
import java.sql.SQLException;
import java.util.Map;
import org.awaitility.Awaitility;
import org.hibernate.HibernateException;
import org.hibernate.Session;
import org.hibernate.SessionFactory;
import org.hibernate.Transaction;
import org.hibernate.jpa.HibernatePersistenceConfiguration;
import org.hibernate.resource.jdbc.spi.PhysicalConnectionHandlingMode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two persistence units of Hibernate, one on PostgreSQL and one on MariaDB, in one transaction. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HibernateTest {

    private final Shop shop = Shop.open();
    private final XaEngine engine = shop.engine();
    private final JakartaTransactions jakarta = JakartaTransactions.of(engine);
    private final UserTransaction user = jakarta.userTransaction();
    private final EntityManagerFactory orders = unit("orders", Purchase.class);
    private final EntityManagerFactory stock = unit("stock", Item.class);

    private EntityManagerFactory unit(String resource, Class<?> entity) {
        return unit(resource, entity, Map.of());
    }

    private EntityManagerFactory unit(String resource, Class<?> entity, Map<String, ?> settings) {
        return new HibernatePersistenceConfiguration(resource)
                .managedClass(entity)
                .properties(settings)
                .transactionType(PersistenceUnitTransactionType.JTA)
                .property("jakarta.persistence.jtaDataSource", engine.dataSource(resource))
                .property("hibernate.transaction.jta.platform", new HibernatePlatform(jakarta))
                .createEntityManagerFactory();
    }

    @AfterEach
    void nothingIsLeft() {
        // phase 2 may still be going on when a commit has returned
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(shop.prepared()).as("prepared branches").isZero());
        assertThat(engine.current()).isEmpty();
        shop.reset();
    }

    @AfterAll
    void stop() {
        orders.close();
        stock.close();
        engine.close();
        shop.close();
    }

    @Test
    void what_was_only_remembered_is_written_before_the_votes_and_committed_in_both() throws Exception {
        user.begin();
        EntityManager purchases = orders.createEntityManager();
        EntityManager items = stock.createEntityManager();
        purchases.persist(new Purchase(1, "apple"));
        items.find(Item.class, "apple").pieces -= 1;
        user.commit();
        purchases.close();
        items.close();
        assertBooks(1, 9);
    }

    @Test
    void a_refusal_while_it_is_written_before_the_votes_rolls_both_back() throws Exception {
        user.begin();
        orders.createEntityManager().persist(new Purchase(1, "apple"));
        stock.createEntityManager().find(Item.class, "apple").pieces -= 11;
        assertThatThrownBy(user::commit)
                .isInstanceOf(RollbackException.class)
                .as("what the database said is in reach")
                .hasRootCauseInstanceOf(SQLException.class);
        assertBooks(0, 10);
    }

    @Test
    void a_rollback_forgets_what_was_flushed_and_what_was_not() throws Exception {
        user.begin();
        EntityManager purchases = orders.createEntityManager();
        purchases.persist(new Purchase(1, "apple"));
        purchases.flush();
        stock.createEntityManager().find(Item.class, "apple").pieces -= 1;
        user.rollback();
        assertBooks(0, 10);
        assertThat(purchases.contains(purchases.find(Purchase.class, 1L))).isFalse();
    }

    @Test
    void a_failed_flush_dooms_the_transaction_as_Jakarta_Persistence_demands() throws Exception {
        user.begin();
        EntityManager items = stock.createEntityManager();
        items.find(Item.class, "apple").pieces -= 11;
        assertThatThrownBy(items::flush).isInstanceOf(RuntimeException.class);
        assertThat(user.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        assertThatThrownBy(user::commit).isInstanceOf(RollbackException.class);
        assertBooks(0, 10);
    }

    @Test
    void an_entity_manager_from_before_the_transaction_joins_it() throws Exception {
        try (EntityManager purchases = orders.createEntityManager()) {
            user.begin();
            purchases.joinTransaction();
            assertThat(purchases.isJoinedToTransaction()).isTrue();
            purchases.persist(new Purchase(1, "apple"));
            user.commit();
            assertThat(purchases.isJoinedToTransaction()).isFalse();
        }
        assertBooks(1, 10);
    }

    @Test
    void plain_JDBC_sees_what_Hibernate_has_flushed_in_the_same_transaction() throws Exception {
        user.begin();
        EntityManager purchases = orders.createEntityManager();
        purchases.persist(new Purchase(1, "apple"));
        purchases.flush();
        Shop.run(engine.dataSource("orders"), "UPDATE purchase SET item = 'pear' WHERE id = 1");
        Shop.run(engine.dataSource("stock"), "UPDATE item SET pieces = 3");
        purchases.clear();
        assertThat(purchases.find(Purchase.class, 1L).item).isEqualTo("pear");
        user.commit();
        assertBooks(1, 3);
    }

    @ParameterizedTest
    @EnumSource(PhysicalConnectionHandlingMode.class)
    void however_long_Hibernate_holds_its_connections_both_end_together(PhysicalConnectionHandlingMode mode)
            throws Exception {
        try (EntityManagerFactory holding =
                unit("orders", Purchase.class, Map.of("hibernate.connection.handling_mode", mode))) {
            user.begin();
            EntityManager purchases = holding.createEntityManager();
            purchases.persist(new Purchase(1, "apple"));
            stock.createEntityManager().find(Item.class, "apple").pieces -= 1;
            user.commit();
            purchases.close();
            assertBooks(1, 9);
            user.begin();
            EntityManager others = holding.createEntityManager();
            others.persist(new Purchase(2, "apple"));
            others.flush();
            user.rollback();
            others.close();
        }
        assertBooks(1, 9);
    }

    @Test
    void two_entity_managers_of_one_unit_see_what_either_has_flushed() throws Exception {
        user.begin();
        EntityManager one = orders.createEntityManager();
        one.persist(new Purchase(1, "apple"));
        one.flush();
        assertThat(orders.createEntityManager().find(Purchase.class, 1L)).isNotNull();
        user.rollback();
        assertBooks(0, 10);
    }

    @Test
    void a_number_out_of_a_table_is_drawn_in_a_transaction_of_its_own_which_stays() throws Exception {
        shop.orders.execute(
                "CREATE TABLE bill (id bigint PRIMARY KEY)",
                "CREATE TABLE number (kind varchar(40) PRIMARY KEY, next bigint NOT NULL)");
        try (EntityManagerFactory bills = unit("orders", Bill.class)) {
            user.begin();
            Bill first = new Bill();
            bills.createEntityManager().persist(first);
            assertThat(user.getStatus()).as("back in its own transaction").isEqualTo(Status.STATUS_ACTIVE);
            user.rollback();
            user.begin();
            Bill second = new Bill();
            bills.createEntityManager().persist(second);
            user.commit();
            assertThat(first.id).isPositive();
            assertThat(second.id).isGreaterThan(first.id);
        }
    }

    @Test
    void the_current_session_is_the_transactions_and_is_closed_with_it() throws Exception {
        try (SessionFactory factory = unit(
                        "orders", Purchase.class, Map.of("hibernate.current_session_context_class", "jta"))
                .unwrap(SessionFactory.class)) {
            user.begin();
            Session session = factory.getCurrentSession();
            assertThat(factory.getCurrentSession()).isSameAs(session);
            session.persist(new Purchase(1, "apple"));
            user.commit();
            assertThat(session.isOpen()).isFalse();
            assertThatThrownBy(factory::getCurrentSession).isInstanceOf(HibernateException.class);
        }
        assertBooks(1, 10);
    }

    @Test
    void a_transaction_begun_by_Hibernate_is_the_managers_and_other_databases_take_part() throws Exception {
        try (EntityManagerFactory own =
                        unit("orders", Purchase.class, Map.of("hibernate.jta.allowTransactionAccess", "true"));
                Session session = own.unwrap(SessionFactory.class).openSession()) {
            Transaction mine = session.beginTransaction();
            assertThat(user.getStatus()).isEqualTo(Status.STATUS_ACTIVE);
            session.persist(new Purchase(1, "apple"));
            Shop.run(engine.dataSource("stock"), "UPDATE item SET pieces = 9");
            mine.commit();
            assertThat(user.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
            assertBooks(1, 9);
            session.beginTransaction();
            Shop.run(engine.dataSource("stock"), "UPDATE item SET pieces = 8");
            session.getTransaction().rollback();
        }
        assertBooks(1, 9);
    }

    @Test
    void a_rollback_by_another_thread_as_after_a_time_out_is_heard_by_the_session_in_its_own() throws Exception {
        user.begin();
        EntityManager purchases = orders.createEntityManager();
        purchases.persist(new Purchase(1, "apple"));
        purchases.flush();
        jakarta.transaction.Transaction mine = this.jakarta.transactionManager().getTransaction();
        Background.run(() -> {
                    try {
                        mine.rollback();
                    } catch (SystemException e) {
                        throw new IllegalStateException(e);
                    }
                })
                .get();
        assertThatThrownBy(() -> purchases.find(Purchase.class, 1L)).isInstanceOf(HibernateException.class);
        assertThatThrownBy(user::commit).isInstanceOf(IllegalStateException.class);
        purchases.close();
        assertBooks(0, 10);
    }

    @Test
    void what_was_read_outside_of_a_transaction_needs_none() {
        try (EntityManager items = stock.createEntityManager()) {
            assertThat(items.find(Item.class, "apple").pieces).isEqualTo(10);
        }
    }

    /** Phase 2 may still be going on when a commit has returned. */
    private void assertBooks(long purchases, long apples) {
        Awaitility.await().untilAsserted(() -> {
            assertThat(shop.purchases()).as("purchases").isEqualTo(purchases);
            assertThat(shop.apples()).as("apples").isEqualTo(apples);
        });
    }

    @Entity(name = "Purchase")
    @Table(name = "purchase")
    static class Purchase {
        @Id
        @Column(name = "id")
        long id;

        @Column(name = "item")
        String item = "";

        protected Purchase() {}

        Purchase(long id, String item) {
            this.id = id;
            this.item = item;
        }
    }

    @Entity(name = "Bill")
    @Table(name = "bill")
    static class Bill {
        @Id
        @GeneratedValue(strategy = GenerationType.TABLE, generator = "number")
        @TableGenerator(
                name = "number",
                table = "number",
                pkColumnName = "kind",
                valueColumnName = "next",
                allocationSize = 1)
        @Column(name = "id")
        long id;

        protected Bill() {}
    }

    @Entity(name = "Item")
    @Table(name = "item")
    static class Item {
        @Id
        @Column(name = "name")
        String name = "";

        @Column(name = "pieces")
        int pieces;

        protected Item() {}
    }
}
