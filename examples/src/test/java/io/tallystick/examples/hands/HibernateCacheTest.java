package io.tallystick.examples.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.xa.XaEngine;
import io.tallystick.xa.jta.JakartaTransactions;
import jakarta.persistence.Cacheable;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceUnitTransactionType;
import jakarta.persistence.SharedCacheMode;
import jakarta.persistence.Table;
import jakarta.transaction.RollbackException;
import jakarta.transaction.UserTransaction;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.awaitility.Awaitility;
import org.hibernate.SessionFactory;
import org.hibernate.annotations.Cache;
import org.hibernate.annotations.CacheConcurrencyStrategy;
import org.hibernate.boot.spi.SessionFactoryOptions;
import org.hibernate.cache.cfg.spi.DomainDataRegionBuildingContext;
import org.hibernate.cache.cfg.spi.DomainDataRegionConfig;
import org.hibernate.cache.spi.support.DomainDataStorageAccess;
import org.hibernate.cache.spi.support.RegionFactoryTemplate;
import org.hibernate.cache.spi.support.StorageAccess;
import org.hibernate.engine.spi.SessionFactoryImplementor;
import org.hibernate.engine.spi.SharedSessionContractImplementor;
import org.hibernate.jpa.HibernatePersistenceConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** Hibernate's second-level cache, which believes what it is told after the completion: it must never hold what was not committed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HibernateCacheTest {

    private final Shop shop = Shop.open();
    private final XaEngine engine = shop.engine();
    private final JakartaTransactions jakarta = JakartaTransactions.of(engine);
    private final UserTransaction user = jakarta.userTransaction();
    private final EntityManagerFactory stock = new HibernatePersistenceConfiguration("stock")
            .managedClass(CachedItem.class)
            .transactionType(PersistenceUnitTransactionType.JTA)
            .sharedCacheMode(SharedCacheMode.ENABLE_SELECTIVE)
            .property("jakarta.persistence.jtaDataSource", engine.dataSource("stock"))
            .property("hibernate.transaction.jta.platform", new HibernatePlatform(jakarta))
            .property("hibernate.cache.region.factory_class", new Regions())
            .property("hibernate.generate_statistics", "true")
            .createEntityManagerFactory();

    @BeforeAll
    void refuseWhatIsUnheardOfAtTheVote() {
        shop.orders.execute(
                "CREATE TABLE known (item varchar(40) PRIMARY KEY)",
                "INSERT INTO known VALUES ('apple')",
                "ALTER TABLE purchase ADD FOREIGN KEY (item) REFERENCES known DEFERRABLE INITIALLY DEFERRED");
    }

    @AfterEach
    void nothingIsLeft() {
        Awaitility.await().untilAsserted(() -> assertThat(shop.prepared()).isZero());
        stock.getCache().evictAll();
        shop.reset();
    }

    @AfterAll
    void stop() {
        stock.close();
        engine.close();
        shop.close();
    }

    @Test
    void what_was_committed_in_both_is_in_the_cache() throws Exception {
        user.begin();
        buy("apple");
        stock.createEntityManager().find(CachedItem.class, "apple").pieces = 9;
        user.commit();
        long hits = hits();
        assertThat(pieces()).isEqualTo(9);
        assertThat(hits()).as("read from the cache").isEqualTo(hits + 1);
    }

    @Test
    void what_the_other_database_refused_is_not_in_the_cache() throws Exception {
        assertThat(pieces()).isEqualTo(10);
        user.begin();
        buy("unheard of");
        stock.createEntityManager().find(CachedItem.class, "apple").pieces = 9;
        assertThatThrownBy(user::commit).isInstanceOf(RollbackException.class);
        assertThat(pieces()).isEqualTo(10);
    }

    @Test
    void what_was_rolled_back_is_not_in_the_cache_and_nobody_sees_it_meanwhile() throws Exception {
        assertThat(pieces()).isEqualTo(10);
        user.begin();
        EntityManager items = stock.createEntityManager();
        items.find(CachedItem.class, "apple").pieces = 9;
        items.flush();
        var mine = jakarta.transactionManager().suspend();
        assertThat(pieces()).as("seen by others").isEqualTo(10);
        jakarta.transactionManager().resume(mine);
        user.rollback();
        assertThat(pieces()).isEqualTo(10);
    }

    private void buy(String item) throws Exception {
        Shop.run(engine.dataSource("orders"), "INSERT INTO purchase VALUES (1, '" + item + "')");
    }

    /** As another user of the same persistence unit sees them. */
    private int pieces() {
        try (EntityManager items = stock.createEntityManager()) {
            return items.find(CachedItem.class, "apple").pieces;
        }
    }

    private long hits() {
        return stock.unwrap(SessionFactory.class).getStatistics().getSecondLevelCacheHitCount();
    }

    @Entity(name = "CachedItem")
    @Table(name = "item")
    @Cacheable
    @Cache(usage = CacheConcurrencyStrategy.READ_WRITE)
    static class CachedItem {
        @Id
        @Column(name = "name")
        String name = "";

        @Column(name = "pieces")
        int pieces;

        protected CachedItem() {}
    }

    /** Hibernate's own ways of caching, over maps. */
    static final class Regions extends RegionFactoryTemplate {

        @Override
        protected DomainDataStorageAccess createDomainDataStorageAccess(
                DomainDataRegionConfig region, DomainDataRegionBuildingContext context) {
            return new Storage();
        }

        @Override
        protected StorageAccess createQueryResultsRegionStorageAccess(
                String region, SessionFactoryImplementor sessions) {
            return new Storage();
        }

        @Override
        protected StorageAccess createTimestampsRegionStorageAccess(String region, SessionFactoryImplementor sessions) {
            return new Storage();
        }

        @Override
        protected void prepareForUse(SessionFactoryOptions settings, Map<String, Object> properties) {}

        @Override
        protected void releaseFromUse() {}
    }

    private static final class Storage implements DomainDataStorageAccess {
        private final Map<Object, Object> entries = new ConcurrentHashMap<>();

        @Override
        public @Nullable Object getFromCache(Object key, SharedSessionContractImplementor session) {
            return entries.get(key);
        }

        @Override
        public void putIntoCache(Object key, Object value, SharedSessionContractImplementor session) {
            entries.put(key, value);
        }

        @Override
        public boolean contains(Object key) {
            return entries.containsKey(key);
        }

        @Override
        public void evictData() {
            entries.clear();
        }

        @Override
        public void evictData(Object key) {
            entries.remove(key);
        }

        @Override
        public void release() {}
    }
}
