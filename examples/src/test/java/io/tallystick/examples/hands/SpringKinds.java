package io.tallystick.examples.hands;

import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaTransaction;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.annotation.Isolation;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.event.TransactionPhase;
import org.springframework.transaction.event.TransactionalEventListener;

/** One method for each kind of propagation, and one listener for each phase of a transaction. */
@Configuration(proxyBeanMethods = false)
class SpringKinds {

    @Bean
    Kinds kinds(XaEngine engine) {
        return new Kinds(engine);
    }

    @Bean
    Listeners listeners(XaEngine engine) {
        return new Listeners(engine);
    }

    @Bean
    Seller seller(XaEngine engine, ApplicationEventPublisher events) {
        return new Seller(engine, events);
    }

    /** Each says in which transaction it runs. */
    static class Kinds {
        private final XaEngine engine;

        Kinds(XaEngine engine) {
            this.engine = engine;
        }

        @Transactional(propagation = Propagation.SUPPORTS)
        public Optional<XaTransaction> supports() {
            return engine.current();
        }

        @Transactional(propagation = Propagation.MANDATORY)
        public Optional<XaTransaction> mandatory() {
            return engine.current();
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public Optional<XaTransaction> requiresNew() {
            return engine.current();
        }

        @Transactional(propagation = Propagation.NOT_SUPPORTED)
        public Optional<XaTransaction> notSupported() {
            // commits by itself
            new JdbcTemplate(engine.dataSource("orders")).update("INSERT INTO purchase VALUES (500, 'apple')");
            return engine.current();
        }

        @Transactional(propagation = Propagation.NEVER)
        public Optional<XaTransaction> never() {
            return engine.current();
        }

        @Transactional(isolation = Isolation.SERIALIZABLE)
        public void isolated() {
            throw new AssertionError("never reached");
        }
    }

    /** Something was sold. */
    record Sold(long id) {}

    static class Seller {
        private final JdbcTemplate orders;
        private final ApplicationEventPublisher events;

        Seller(XaEngine engine, ApplicationEventPublisher events) {
            this.orders = new JdbcTemplate(engine.dataSource("orders"));
            this.events = events;
        }

        @Transactional
        public void sell(long id) {
            orders.update("INSERT INTO purchase VALUES (?, 'apple')", id);
            events.publishEvent(new Sold(id));
        }

        @Transactional
        public void sellAndFail(long id) {
            sell(id);
            throw new IllegalStateException("no");
        }
    }

    static class Listeners {
        private final List<String> heard = new CopyOnWriteArrayList<>();
        private final JdbcTemplate orders;

        Listeners(XaEngine engine) {
            this.orders = new JdbcTemplate(engine.dataSource("orders"));
        }

        /** By a method, for Spring's proxy of this has no such field. */
        public List<String> heard() {
            return heard;
        }

        /** Still in the transaction. */
        @TransactionalEventListener(phase = TransactionPhase.BEFORE_COMMIT)
        public void before(Sold sold) {
            orders.update("INSERT INTO purchase VALUES (?, 'before')", sold.id() + 1000);
            heard.add("before commit");
        }

        /** In one of its own, as Spring demands of a listener that writes. */
        @TransactionalEventListener
        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void after(Sold sold) {
            orders.update("INSERT INTO purchase VALUES (?, 'after')", sold.id() + 2000);
            heard.add("after commit");
        }

        @TransactionalEventListener(phase = TransactionPhase.AFTER_ROLLBACK)
        public void undone(Sold sold) {
            heard.add("after rollback");
        }

        @TransactionalEventListener(phase = TransactionPhase.AFTER_COMPLETION)
        public void over(Sold sold) {
            heard.add("after completion");
        }
    }
}
