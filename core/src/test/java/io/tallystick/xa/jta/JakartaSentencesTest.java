package io.tallystick.xa.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.xa.InMemoryDecisionStore;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import jakarta.transaction.InvalidTransactionException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.Test;

/** Jakarta Transactions 2.0, §§3.2 to 3.5: sentences about other threads, objects that outlive their transaction, and the registry. */
class JakartaSentencesTest extends JakartaScene {

    // ---- the transaction object in other threads (3.3.3)

    @Test
    void its_object_is_committed_by_a_thread_that_has_no_transaction() throws Exception {
        beginWithBoth();
        Transaction mine = manager.suspend();
        elsewhere(() -> {
            mine.commit();
            return manager.getStatus();
        });
        assertThat(mine.getStatus()).isEqualTo(Status.STATUS_COMMITTED);
        assertThat(one.told).endsWith("commit");
        assertThat(two.told).endsWith("commit");
    }

    @Test
    void its_object_is_rolled_back_by_a_thread_that_has_another_transaction_and_keeps_it() throws Exception {
        beginWithBoth();
        Transaction first = manager.suspend();
        manager.begin();
        Transaction second = manager.getTransaction();
        first.rollback();
        assertThat(one.told).endsWith("rollback");
        assertThat(two.told).endsWith("rollback");
        assertThat(manager.getTransaction()).isSameAs(second);
        assertThat(manager.getStatus()).isEqualTo(Status.STATUS_ACTIVE);
    }

    @Test
    void before_completion_has_the_context_of_what_is_committed_whichever_thread_commits_it() throws Exception {
        manager.begin();
        Transaction first = manager.getTransaction();
        AtomicReference<Transaction> context = new AtomicReference<>();
        first.registerSynchronization(hearing("a", () -> {
            context.set(manager.getTransaction());
            manager.getTransaction().enlistResource(one);
        }));
        manager.suspend();
        manager.begin();
        Transaction second = manager.getTransaction();
        first.commit();
        assertThat(context.get()).isEqualTo(first);
        assertThat(one.told).endsWith("commit in one phase");
        assertThat(manager.getTransaction()).as("of the thread, afterwards").isSameAs(second);
        assertThat(heard).containsExactly("before a", "after a COMMITTED");
    }

    @Test
    void before_completion_leaves_a_thread_that_had_no_transaction_without_one() throws Exception {
        manager.begin();
        Transaction mine = manager.suspend();
        registryOf(mine);
        int afterwards = elsewhere(() -> {
            mine.commit();
            return manager.getStatus();
        });
        assertThat(afterwards).isEqualTo(Status.STATUS_NO_TRANSACTION);
        assertThat(heard).containsExactly("before a", "after a COMMITTED");
    }

    private void registryOf(Transaction mine) throws Exception {
        manager.resume(mine);
        registry.registerInterposedSynchronization(
                hearing("a", () -> assertThat(manager.getTransaction()).isEqualTo(mine)));
        manager.suspend();
    }

    // ---- suspend and resume (3.2.3)

    @Test
    void what_another_manager_has_begun_is_not_resumed_here() throws Exception {
        try (XaEngine other = XaEngine.named("other")
                .decisions(new InMemoryDecisionStore("memory", InstantSource.system()))
                .settings(XaSettings.standard())
                .open()) {
            TransactionManager strange = JakartaTransactions.of(other).transactionManager();
            strange.begin();
            Transaction foreign = strange.suspend();
            assertThatThrownBy(() -> manager.resume(foreign)).isInstanceOf(InvalidTransactionException.class);
            assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
            foreign.rollback();
        }
    }

    @Test
    void what_is_resumed_is_what_the_thread_has_then() throws Exception {
        manager.begin();
        Transaction mine = manager.suspend();
        assertThat(registry.getTransactionKey()).isNull();
        manager.resume(mine);
        assertThat(manager.getTransaction()).isSameAs(mine);
        assertThat(user.getStatus()).isEqualTo(Status.STATUS_ACTIVE);
    }

    // ---- resources (3.3.1)

    @Test
    void a_resource_that_was_suspended_is_ended_before_it_is_asked_to_commit() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        mine.enlistResource(one);
        mine.enlistResource(two);
        assertThat(mine.delistResource(one, XAResource.TMSUSPEND)).isTrue();
        manager.commit();
        assertThat(one.told).containsExactly("start new", "end suspend", "end success", "prepare", "commit");
    }

    @Test
    void a_resource_that_was_delisted_in_good_order_is_not_ended_twice() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        mine.enlistResource(one);
        assertThat(mine.delistResource(one, XAResource.TMSUCCESS)).isTrue();
        manager.rollback();
        assertThat(one.told).containsExactly("start new", "end success", "rollback");
    }

    @Test
    void no_resource_is_enlisted_while_resources_are_asked() throws Exception {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        manager.begin();
        Transaction mine = manager.getTransaction();
        InMemoryXaResource late = new InMemoryXaResource();
        mine.enlistResource(at("prepare", one, () -> refused.set(caught(() -> mine.enlistResource(late)))));
        mine.enlistResource(two);
        manager.commit();
        assertThat(refused.get()).isInstanceOf(IllegalStateException.class);
        assertThat(late.told).isEmpty();
    }

    // ---- time-out (3.2.4) and the application's own face (3.1)

    @Test
    void without_a_time_out_of_its_own_a_transaction_has_the_engines() throws Exception {
        var before = engine.clock().instant();
        manager.begin();
        assertThat(engine.current().orElseThrow().deadline())
                .isBetween(before.plusSeconds(120), before.plusSeconds(900));
    }

    @Test
    void the_applications_face_and_the_managers_show_the_same_transaction() throws Exception {
        user.begin();
        assertThat(manager.getStatus()).isEqualTo(Status.STATUS_ACTIVE);
        assertThatThrownBy(user::begin).isInstanceOf(NotSupportedException.class);
        manager.setRollbackOnly();
        assertThat(user.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        assertThatThrownBy(user::commit).isInstanceOf(RollbackException.class);
        assertThat(manager.getTransaction()).isNull();
        assertThatIllegalStateException().isThrownBy(user::rollback);
        assertThatIllegalStateException().isThrownBy(user::setRollbackOnly);
    }

    // ---- the registry (3.5)

    @Test
    void the_key_is_one_for_all_threads_of_the_transaction_fit_for_a_map_and_readable() throws Exception {
        manager.begin();
        Object key = registry.getTransactionKey();
        Map<Object, String> kept = new HashMap<>(Map.of(key, "mine"));
        Transaction mine = manager.suspend();
        String found = elsewhere(() -> {
            manager.resume(mine);
            try {
                return kept.get(registry.getTransactionKey());
            } finally {
                manager.suspend();
            }
        });
        assertThat(found).isEqualTo("mine");
        assertThat(key.toString()).contains("transaction");
        mine.rollback();
    }

    @Test
    void the_registry_takes_a_value_that_is_null_and_forgets_the_one_before() throws Exception {
        manager.begin();
        registry.putResource("key", 1);
        registry.putResource("key", null);
        assertThat(registry.getResource("key")).isNull();
    }

    @Test
    void what_the_registry_keeps_is_cleared_at_the_end_also_for_who_still_has_the_transaction() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        registry.putResource("key", "large");
        AtomicReference<Object> during = new AtomicReference<>();
        mine.registerSynchronization(new jakarta.transaction.Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                during.set(registry.getResource("key"));
            }
        });
        mine.commit();
        assertThat(during.get()).as("while callbacks run").isEqualTo("large");
        assertThat(registry.getResource("key")).isNull();
        assertThat(manager.getTransaction()).isSameAs(mine);
    }

    @Test
    void the_registrys_status_is_the_managers() throws Exception {
        assertThat(registry.getTransactionStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
        manager.begin();
        assertThat(registry.getTransactionStatus()).isEqualTo(Status.STATUS_ACTIVE);
        registry.setRollbackOnly();
        assertThat(registry.getTransactionStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        manager.rollback();
        assertThat(registry.getTransactionStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
    }

    @Test
    void no_interposed_synchronization_is_registered_while_resources_are_asked() throws Exception {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        manager.begin();
        Transaction mine = manager.getTransaction();
        // the first resource is asked by the thread that commits, which has the transaction
        for (InMemoryXaResource resource : java.util.List.of(one, two)) {
            mine.enlistResource(at("prepare", resource, () -> {
                if (manager.getTransaction() != null) {
                    refused.set(caught(() -> {
                        registry.registerInterposedSynchronization(hearing("too late"));
                        return null;
                    }));
                }
            }));
        }
        manager.commit();
        assertThat(refused.get()).isInstanceOf(IllegalStateException.class);
        assertThat(heard).isEmpty();
    }
}
