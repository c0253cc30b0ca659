package io.tallystick.examples.hands;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.examples.hands.SpringKinds.Kinds;
import io.tallystick.examples.hands.SpringKinds.Listeners;
import io.tallystick.examples.hands.SpringKinds.Seller;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.jta.JakartaTransactions;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.UserTransaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.transaction.IllegalTransactionStateException;
import org.springframework.transaction.InvalidIsolationLevelException;
import org.springframework.transaction.jta.JtaTransactionManager;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Every kind of propagation, listeners of a transaction's phases, and transactions that somebody else than Spring has begun. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SpringKindsTest {

    private final Shop shop = Shop.open();
    private final AnnotationConfigApplicationContext spring = new AnnotationConfigApplicationContext();
    private XaEngine engine;
    private UserTransaction user;
    private TransactionTemplate template;
    private Kinds kinds;
    private Seller seller;
    private List<String> heard;

    @BeforeAll
    void start() {
        spring.registerBean(XaEngine.class, shop::engine);
        spring.register(SpringShop.class, SpringKinds.class);
        spring.refresh();
        engine = spring.getBean(XaEngine.class);
        user = spring.getBean(JakartaTransactions.class).userTransaction();
        template = new TransactionTemplate(spring.getBean(JtaTransactionManager.class));
        kinds = spring.getBean(Kinds.class);
        seller = spring.getBean(Seller.class);
        heard = spring.getBean(Listeners.class).heard();
    }

    @AfterEach
    void nothingIsLeft() {
        // a test that failed half-way must not fail the next one
        Optional<XaTransaction> left = engine.bind(null);
        left.ifPresent(XaTransaction::rollback);
        Awaitility.await().untilAsserted(() -> assertThat(shop.prepared()).isZero());
        assertThat(left).as("transaction left on the thread").isEmpty();
        assertThat(TransactionSynchronizationManager.isSynchronizationActive()).isFalse();
        heard.clear();
        shop.reset();
    }

    @AfterAll
    void stop() {
        spring.close();
        shop.close();
    }

    // ---- propagation

    @Test
    void without_a_transaction_each_kind_does_as_it_says() {
        assertThat(kinds.supports()).isEmpty();
        assertThat(kinds.notSupported()).isEmpty();
        assertThat(kinds.never()).isEmpty();
        assertThat(kinds.requiresNew()).isPresent();
        assertThatThrownBy(kinds::mandatory).isInstanceOf(IllegalTransactionStateException.class);
    }

    @Test
    void within_a_transaction_each_kind_does_as_it_says_and_the_outer_one_goes_on() {
        template.executeWithoutResult(status -> {
            XaTransaction outer = engine.current().orElseThrow();
            assertThat(kinds.supports()).containsSame(outer);
            assertThat(kinds.mandatory()).containsSame(outer);
            assertThat(kinds.requiresNew()).isPresent().get().isNotSameAs(outer);
            assertThat(kinds.notSupported()).isEmpty();
            assertThatThrownBy(kinds::never).isInstanceOf(IllegalTransactionStateException.class);
            assertThat(engine.current()).containsSame(outer);
            status.setRollbackOnly();
        });
        assertThat(shop.purchases())
                .as("what was not supported has committed by itself")
                .isOne();
    }

    @Test
    void who_listens_is_suspended_and_resumed_with_its_transaction() {
        List<String> calls = new ArrayList<>();
        template.executeWithoutResult(status -> {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void suspend() {
                    calls.add("suspend");
                }

                @Override
                public void resume() {
                    calls.add("resume");
                }
            });
            kinds.requiresNew();
            calls.add("back");
        });
        assertThat(calls).containsExactly("suspend", "resume", "back");
    }

    @Test
    void an_isolation_level_of_its_own_is_refused_by_Spring_and_not_passed_over() {
        assertThatThrownBy(kinds::isolated).isInstanceOf(InvalidIsolationLevelException.class);
    }

    @Test
    void a_time_out_of_one_transaction_is_not_that_of_the_next() {
        TransactionTemplate hasty = new TransactionTemplate(spring.getBean(JtaTransactionManager.class));
        hasty.setTimeout(60);
        Duration ofTheHasty = hasty.execute(status -> left());
        Duration ofTheNext = template.execute(status -> left());
        assertThat(ofTheHasty).isLessThanOrEqualTo(Duration.ofSeconds(60));
        assertThat(ofTheNext).isGreaterThan(Duration.ofSeconds(60));
    }

    private Duration left() {
        return Duration.between(
                engine.clock().instant(), engine.current().orElseThrow().deadline());
    }

    // ---- listeners of phases

    @Test
    void listeners_hear_of_a_commit_and_what_they_write_before_and_after_it_is_there() {
        seller.sell(1);
        assertThat(heard)
                .containsExactlyInAnyOrder("before commit", "after commit", "after completion")
                .startsWith("before commit");
        assertThat(shop.purchases()).isEqualTo(3);
    }

    @Test
    void listeners_hear_of_a_rollback_and_nothing_of_what_they_wrote_is_there() {
        assertThatThrownBy(() -> seller.sellAndFail(1)).hasMessage("no");
        assertThat(heard).containsExactlyInAnyOrder("after rollback", "after completion");
        assertThat(shop.purchases()).isZero();
    }

    // ---- begun by somebody else

    @Test
    void what_somebody_else_has_begun_is_joined_and_left_to_him() throws Exception {
        user.begin();
        template.executeWithoutResult(status -> {
            assertThat(status.isNewTransaction()).isFalse();
            assertThat(engine.current()).isPresent();
        });
        assertThat(user.getStatus()).isEqualTo(Status.STATUS_ACTIVE);
        user.rollback();
    }

    @Test
    void an_exception_in_what_was_joined_dooms_it_and_its_owner_hears_of_it() throws Exception {
        user.begin();
        assertThatThrownBy(() -> seller.sellAndFail(1)).hasMessage("no");
        assertThat(user.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        assertThatThrownBy(user::commit).isInstanceOf(RollbackException.class);
        assertThat(heard).containsExactlyInAnyOrder("after rollback", "after completion");
        assertThat(shop.purchases()).isZero();
    }

    @Test
    void listeners_hear_of_the_end_that_its_owner_gives_it() throws Exception {
        user.begin();
        seller.sell(1);
        assertThat(heard)
                .as("before commit is for Spring when its own method ends")
                .containsExactly("before commit");
        user.commit();
        assertThat(heard).containsExactlyInAnyOrder("before commit", "after commit", "after completion");
        assertThat(shop.purchases()).isEqualTo(3);
    }

    @Test
    void who_hears_of_that_end_may_run_a_transaction_of_his_own_and_come_back() throws Exception {
        user.begin();
        template.executeWithoutResult(status ->
                TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                    @Override
                    public void afterCompletion(int status) {
                        assertThat(kinds.requiresNew()).isPresent();
                        heard.add("came back");
                    }
                }));
        user.commit();
        assertThat(heard).containsExactly("came back");
        assertThat(user.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
    }
}
