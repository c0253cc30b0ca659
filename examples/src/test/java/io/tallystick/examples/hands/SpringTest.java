package io.tallystick.examples.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.examples.hands.SpringShop.Sales;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaPhase;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.NestedTransactionNotSupportedException;
import org.springframework.transaction.UnexpectedRollbackException;
import org.springframework.transaction.jta.JtaTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Spring's declarative transactions over PostgreSQL and MariaDB. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpringTest {

    private final Shop shop = Shop.open();
    private final AnnotationConfigApplicationContext spring = new AnnotationConfigApplicationContext();
    private Sales sales;
    private TransactionTemplate template;
    private XaEngine engine;

    @BeforeAll
    void start() {
        spring.registerBean(XaEngine.class, shop::engine);
        spring.register(SpringShop.class);
        spring.refresh();
        sales = spring.getBean(Sales.class);
        engine = spring.getBean(XaEngine.class);
        template = new TransactionTemplate(spring.getBean(JtaTransactionManager.class));
    }

    @AfterEach
    void nothingIsLeft() {
        // phase 2 may still be going on when a commit has returned
        Awaitility.await()
                .untilAsserted(() ->
                        assertThat(shop.prepared()).as("prepared branches").isZero());
        assertThat(engine.current()).as("transaction left on the thread").isEmpty();
        assertThat(TransactionSynchronizationManager.getResourceMap()).isEmpty();
        shop.reset();
    }

    @AfterAll
    void stop() {
        spring.close();
        shop.close();
    }

    @Test
    void required_commits_in_both_databases() {
        sales.sell(1, 1);
        assertBooks(1, 9);
    }

    @Test
    void what_one_database_refuses_is_undone_in_the_other() {
        assertThatThrownBy(() -> sales.sell(1, 11)).isInstanceOf(DataAccessException.class);
        assertBooks(0, 10);
    }

    @Test
    void a_runtime_exception_rolls_both_back() {
        assertThatThrownBy(() -> sales.sellAndThrow(1, new IllegalStateException("no")))
                .hasMessage("no");
        assertBooks(0, 10);
    }

    @Test
    void a_checked_exception_commits_as_Spring_has_it() {
        assertThatThrownBy(() -> sales.sellAndThrowChecked(1)).isInstanceOf(IOException.class);
        assertBooks(1, 9);
    }

    @Test
    void rules_for_rolling_back_and_for_not_rolling_back_are_kept() {
        assertThatThrownBy(() -> sales.sellAndThrowCheckedRuledOut(1)).isInstanceOf(IOException.class);
        assertBooks(0, 10);
        assertThatThrownBy(() -> sales.sellAndThrowForgiven(2)).isInstanceOf(IllegalStateException.class);
        assertBooks(1, 9);
    }

    @Test
    void the_rules_of_Jakartas_own_annotation_are_kept() {
        SpringShop.JakartaSales jakarta = spring.getBean(SpringShop.JakartaSales.class);
        assertThatThrownBy(() -> jakarta.sellAndThrow(1, new IllegalStateException("forgiven")))
                .hasMessage("forgiven");
        assertThatThrownBy(() -> jakarta.sellAndThrow(2, new IllegalArgumentException("not forgiven")))
                .hasMessage("not forgiven");
        assertThatThrownBy(() -> jakarta.sellAndThrowChecked(3)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> jakarta.sellWithin(4)).isInstanceOf(IllegalTransactionStateException.class);
        template.executeWithoutResult(status -> jakarta.sellWithin(5));
        assertBooks(2, 8);
    }

    @Test
    void requires_new_commits_by_itself_and_the_outer_one_goes_on() {
        sales.sellNoting(1, null);
        assertBooks(2, 9);
    }

    @Test
    void requires_new_stays_when_the_outer_one_is_rolled_back() {
        assertThatThrownBy(() -> sales.sellNoting(1, new IllegalStateException("no")))
                .hasMessage("no");
        assertBooks(1, 10);
    }

    @Test
    void an_inner_failure_that_was_swallowed_rolls_the_outer_one_back_and_says_so() {
        assertThatThrownBy(() -> sales.sellSwallowing(1)).isInstanceOf(UnexpectedRollbackException.class);
        assertBooks(0, 10);
    }

    @Test
    void nested_is_refused_before_anything_is_done() {
        assertThatThrownBy(() -> sales.sellNested(1)).isInstanceOf(NestedTransactionNotSupportedException.class);
        assertBooks(0, 10);
    }

    @Test
    void read_only_reads_from_both() {
        sales.sell(1, 1);
        assertBooks(1, 9);
        assertThat(sales.look()).as("sold minus bought").isZero();
    }

    @Test
    void beyond_its_time_out_everything_is_rolled_back_and_the_thread_is_free_for_the_next() {
        assertThatThrownBy(() -> sales.sellTooSlowly(1)).isInstanceOf(RuntimeException.class);
        assertBooks(0, 10);
        sales.sell(2, 1);
        assertBooks(1, 9);
    }

    @Test
    void synchronizations_hear_of_commit_in_Springs_order_with_the_transaction_still_usable_before_it() {
        List<String> heard = new ArrayList<>();
        template.executeWithoutResult(status -> {
            TransactionSynchronizationManager.registerSynchronization(new Listener(heard, "b", 2));
            TransactionSynchronizationManager.registerSynchronization(new Listener(heard, "a", 1));
            sales.sell(1, 1);
        });
        assertThat(heard)
                .containsExactly(
                        "a before commit ACTIVE",
                        "b before commit ACTIVE",
                        "a before completion",
                        "b before completion",
                        "a after commit",
                        "b after commit",
                        "a after completion 0",
                        "b after completion 0");
        assertBooks(1, 9);
    }

    @Test
    void rows_written_before_the_commit_by_a_synchronization_are_committed_too() {
        template.executeWithoutResult(
                status -> TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void beforeCommit(boolean readOnly) {
                        sales.sell(1, 1);
                    }
                }));
        assertBooks(1, 9);
    }

    @Test
    void a_synchronization_that_throws_before_the_commit_rolls_back() {
        assertThatThrownBy(() -> template.executeWithoutResult(status -> {
                    sales.sell(1, 1);
                    TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                        @Override
                        public void beforeCommit(boolean readOnly) {
                            throw new IllegalStateException("not like this");
                        }
                    });
                }))
                .hasMessage("not like this");
        assertBooks(0, 10);
    }

    @Test
    void marked_for_rollback_only_it_rolls_back_without_an_exception() {
        template.executeWithoutResult(status -> {
            sales.sell(1, 1);
            status.setRollbackOnly();
        });
        assertBooks(0, 10);
    }

    @Test
    void outside_of_a_transaction_each_statement_commits_by_itself() {
        new JdbcTemplate(engine.dataSource("orders")).update("INSERT INTO purchase VALUES (7, 'apple')");
        assertBooks(1, 10);
    }

    /** Phase 2 may still be going on when a commit has returned. */
    private void assertBooks(long purchases, long apples) {
        Awaitility.await().untilAsserted(() -> {
            assertThat(shop.purchases()).as("purchases").isEqualTo(purchases);
            assertThat(shop.apples()).as("apples").isEqualTo(apples);
        });
    }

    private final class Listener implements TransactionSynchronization {
        private final List<String> heard;
        private final String name;
        private final int order;

        Listener(List<String> heard, String name, int order) {
            this.heard = heard;
            this.name = name;
            this.order = order;
        }

        @Override
        public int getOrder() {
            return order;
        }

        @Override
        public void beforeCommit(boolean readOnly) {
            XaPhase phase = engine.current().orElseThrow().phase();
            heard.add(name + " before commit " + phase);
        }

        @Override
        public void beforeCompletion() {
            heard.add(name + " before completion");
        }

        @Override
        public void afterCommit() {
            heard.add(name + " after commit");
        }

        @Override
        public void afterCompletion(int status) {
            heard.add(name + " after completion " + status);
        }
    }
}
