package io.tallystick.examples.hands;

import io.tallystick.xa.XaEngine;
import io.tallystick.xa.jta.JakartaTransactions;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.annotation.Propagation;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.jta.JtaTransactionManager;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/** A Spring application over two databases: the whole of its wiring, and a service with {@code @Transactional}. */
@Configuration(proxyBeanMethods = false)
@EnableTransactionManagement
class SpringShop {

    @Bean
    JakartaTransactions jakartaTransactions(XaEngine engine) {
        return JakartaTransactions.of(engine);
    }

    @Bean
    JtaTransactionManager transactionManager(JakartaTransactions jakarta) {
        JtaTransactionManager manager =
                new JtaTransactionManager(jakarta.userTransaction(), jakarta.transactionManager());
        manager.setTransactionSynchronizationRegistry(jakarta.registry());
        return manager;
    }

    @Bean
    Journal journal(XaEngine engine) {
        return new Journal(engine);
    }

    @Bean
    JakartaSales jakartaSales(Sales sales) {
        return new JakartaSales(sales);
    }

    @Bean
    Sales sales(XaEngine engine, Journal journal) {
        return new Sales(engine, journal);
    }

    /** Writes that must stay, whatever becomes of the sale. */
    static class Journal {
        private final JdbcTemplate orders;

        Journal(XaEngine engine) {
            this.orders = new JdbcTemplate(engine.dataSource("orders"));
        }

        @Transactional(propagation = Propagation.REQUIRES_NEW)
        public void note(long id) {
            orders.update("INSERT INTO purchase VALUES (?, 'tried')", id);
        }

        @Transactional(propagation = Propagation.REQUIRED)
        public void failWithin() {
            throw new IllegalStateException("the inner part fails");
        }

        @Transactional(propagation = Propagation.NESTED)
        public void nested() {
            throw new AssertionError("never reached");
        }
    }

    /** The same by the annotation of Jakarta Transactions, which Spring knows as well. */
    static class JakartaSales {
        private final Sales sales;

        JakartaSales(Sales sales) {
            this.sales = sales;
        }

        @jakarta.transaction.Transactional(dontRollbackOn = IllegalStateException.class)
        public void sellAndThrow(long id, RuntimeException e) {
            sales.sell(id, 1);
            throw e;
        }

        @jakarta.transaction.Transactional(rollbackOn = IOException.class)
        public void sellAndThrowChecked(long id) throws IOException {
            sales.sell(id, 1);
            throw new IOException("by its own rule this rolls back");
        }

        @jakarta.transaction.Transactional(jakarta.transaction.Transactional.TxType.MANDATORY)
        public void sellWithin(long id) {
            sales.sell(id, 1);
        }
    }

    /** Sells an apple: a row here, a piece less there. */
    static class Sales {
        private final JdbcTemplate orders;
        private final JdbcClient stock;
        private final Journal journal;

        Sales(XaEngine engine, Journal journal) {
            this.orders = new JdbcTemplate(engine.dataSource("orders"));
            this.stock = JdbcClient.create(engine.dataSource("stock"));
            this.journal = journal;
        }

        @Transactional
        public void sell(long id, int pieces) {
            orders.update("INSERT INTO purchase VALUES (?, 'apple')", id);
            stock.sql("UPDATE item SET pieces = pieces - ? WHERE name = 'apple'")
                    .param(pieces)
                    .update();
        }

        @Transactional
        public void sellAndThrow(long id, RuntimeException e) {
            sell(id, 1);
            throw e;
        }

        @Transactional
        public void sellAndThrowChecked(long id) throws IOException {
            sell(id, 1);
            throw new IOException("by Spring's rule this commits");
        }

        @Transactional(rollbackFor = IOException.class)
        public void sellAndThrowCheckedRuledOut(long id) throws IOException {
            sell(id, 1);
            throw new IOException("by its own rule this rolls back");
        }

        @Transactional(noRollbackFor = IllegalStateException.class)
        public void sellAndThrowForgiven(long id) {
            sell(id, 1);
            throw new IllegalStateException("by its own rule this commits");
        }

        /** Notes in a transaction of its own, between two parts of the outer one. */
        @Transactional
        public void sellNoting(long id, @Nullable RuntimeException e) {
            orders.update("INSERT INTO purchase VALUES (?, 'apple')", id);
            journal.note(id + 1000);
            stock.sql("UPDATE item SET pieces = pieces - 1 WHERE name = 'apple'")
                    .update();
            if (e != null) {
                throw e;
            }
        }

        @Transactional
        public void sellSwallowing(long id) {
            sell(id, 1);
            try {
                journal.failWithin();
            } catch (IllegalStateException swallowed) {
                // the outer one goes on, and must learn at its commit that it was doomed
            }
        }

        @Transactional
        public void sellNested(long id) {
            sell(id, 1);
            journal.nested();
        }

        @Transactional(readOnly = true)
        public long look() {
            if (!TransactionSynchronizationManager.isCurrentTransactionReadOnly()) {
                throw new AssertionError("not read-only");
            }
            long sold = stock.sql("SELECT 10 - pieces FROM item WHERE name = 'apple'")
                    .query(Long.class)
                    .single();
            Long bought = orders.queryForObject("SELECT count(*) FROM purchase", Long.class);
            return sold - (bought == null ? 0 : bought);
        }

        @Transactional(timeout = 1)
        public void sellTooSlowly(long id) {
            sell(id, 1);
            orders.execute("SELECT pg_sleep(30)");
        }
    }
}
