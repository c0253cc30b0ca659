package io.tallystick.xa.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import jakarta.transaction.RollbackException;
import jakarta.transaction.Synchronization;
import jakarta.transaction.Transaction;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Jakarta Transactions 2.0, §3.3.2 and the Javadoc of Synchronization and of the registry: who is called when, and what failures do. */
class JakartaCallbacksTest extends JakartaScene {

    @Test
    void before_completion_is_called_before_any_resource_is_asked() throws Exception {
        beginWithBoth();
        manager.getTransaction()
                .registerSynchronization(hearing("a", () -> assertThat(one.told).containsExactly("start new")));
        manager.commit();
        assertThat(heard).containsExactly("before a", "after a COMMITTED");
    }

    @Test
    void after_completion_is_called_when_every_resource_has_ended() throws Exception {
        manager.begin();
        manager.getTransaction().enlistResource(at("commit", one, () -> heard.add("commit")));
        manager.getTransaction().enlistResource(two);
        manager.getTransaction().registerSynchronization(hearing("a"));
        manager.commit();
        assertThat(heard).containsExactly("before a", "commit", "after a COMMITTED");
    }

    @Test
    void within_each_kind_they_are_called_in_the_order_of_their_registration() throws Exception {
        manager.begin();
        for (String name : new String[] {"1", "2"}) {
            registry.registerInterposedSynchronization(hearing("interposed " + name));
            manager.getTransaction().registerSynchronization(hearing("ordinary " + name));
        }
        manager.commit();
        assertThat(heard)
                .containsExactly(
                        "before ordinary 1",
                        "before ordinary 2",
                        "before interposed 1",
                        "before interposed 2",
                        "after interposed 1 COMMITTED",
                        "after interposed 2 COMMITTED",
                        "after ordinary 1 COMMITTED",
                        "after ordinary 2 COMMITTED");
    }

    @Test
    void an_interposed_one_may_be_registered_while_the_ordinary_and_the_interposed_are_called() throws Exception {
        manager.begin();
        Synchronization last = hearing("last");
        Synchronization second = hearing("second", () -> registry.registerInterposedSynchronization(last));
        manager.getTransaction()
                .registerSynchronization(hearing("first", () -> registry.registerInterposedSynchronization(second)));
        manager.commit();
        assertThat(heard)
                .containsExactly(
                        "before first",
                        "before second",
                        "before last",
                        "after second COMMITTED",
                        "after last COMMITTED",
                        "after first COMMITTED");
    }

    @Test
    void an_ordinary_one_registered_by_an_interposed_one_is_still_called() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        registry.registerInterposedSynchronization(
                hearing("interposed", () -> mine.registerSynchronization(hearing("late"))));
        manager.commit();
        assertThat(heard).startsWith("before interposed", "before late");
    }

    @Test
    void marking_for_rollback_before_completion_rolls_back_and_after_completion_says_so() throws Exception {
        beginWithBoth();
        manager.getTransaction().registerSynchronization(hearing("a", manager::setRollbackOnly));
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertThat(heard).containsExactly("before a", "after a ROLLEDBACK");
        assertThat(one.told).endsWith("rollback");
    }

    @Test
    void an_interposed_one_that_throws_before_completion_rolls_back_and_all_hear_of_it() throws Exception {
        beginWithBoth();
        registry.registerInterposedSynchronization(hearing("a", () -> {
            throw new IllegalArgumentException("not flushed");
        }));
        manager.getTransaction().registerSynchronization(hearing("b"));
        assertThatThrownBy(manager::commit)
                .isInstanceOf(RollbackException.class)
                .hasMessageContaining("not flushed");
        assertThat(heard).containsExactly("before b", "before a", "after a ROLLEDBACK", "after b ROLLEDBACK");
    }

    @Test
    void before_completion_is_not_called_when_only_rollback_is_possible() throws Exception {
        beginWithBoth();
        manager.getTransaction().registerSynchronization(hearing("a"));
        manager.setRollbackOnly();
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertThat(heard).containsExactly("after a ROLLEDBACK");
    }

    @Test
    void an_interposed_one_may_be_registered_when_only_rollback_is_possible_and_hears_of_the_end() throws Exception {
        manager.begin();
        manager.setRollbackOnly();
        registry.registerInterposedSynchronization(hearing("a"));
        manager.rollback();
        assertThat(heard).containsExactly("after a ROLLEDBACK");
    }

    @Test
    void after_a_time_out_they_hear_of_the_rollback() throws Exception {
        manager.setTransactionTimeout(1);
        manager.begin();
        manager.getTransaction().registerSynchronization(hearing("a"));
        await().untilAsserted(() -> assertThat(heard).containsExactly("after a ROLLEDBACK"));
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertThat(heard).as("told once").hasSize(1);
    }

    @Test
    void after_a_no_they_hear_of_the_rollback() throws Exception {
        beginWithBoth();
        two.voteNoWith = javax.transaction.xa.XAException.XA_RBINTEGRITY;
        manager.getTransaction().registerSynchronization(hearing("a"));
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertThat(heard).containsExactly("before a", "after a ROLLEDBACK");
    }

    @Test
    void after_completion_nothing_is_registered_any_more() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        AtomicReference<Throwable> refused = new AtomicReference<>();
        mine.registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                try {
                    mine.registerSynchronization(hearing("too late"));
                } catch (Exception e) {
                    refused.set(e);
                }
            }
        });
        manager.commit();
        assertThat(refused.get()).isInstanceOf(IllegalStateException.class);
        assertThat(heard).isEmpty();
    }

    @Test
    void what_the_registry_keeps_is_there_before_completion_and_gone_with_the_transaction() throws Exception {
        manager.begin();
        registry.putResource("session", "open");
        registry.registerInterposedSynchronization(
                hearing("a", () -> assertThat(registry.getResource("session")).isEqualTo("open")));
        manager.commit();
        assertThat(heard).containsExactly("before a", "after a COMMITTED");
        manager.begin();
        assertThat(registry.getResource("session")).isNull();
    }

    @Test
    void the_registry_replaces_what_it_keeps_and_knows_nothing_of_other_keys() throws Exception {
        manager.begin();
        registry.putResource("key", 1);
        registry.putResource("key", 2);
        assertThat(registry.getResource("key")).isEqualTo(2);
        assertThat(registry.getResource("another")).isNull();
    }

    @Test
    void a_synchronization_cannot_be_registered_while_resources_are_asked() throws Exception {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        manager.begin();
        Transaction mine = manager.getTransaction();
        mine.enlistResource(at("prepare", one, () -> {
            try {
                mine.registerSynchronization(hearing("too late"));
            } catch (Exception e) {
                refused.set(e);
            }
        }));
        mine.enlistResource(two);
        manager.commit();
        assertThat(refused.get()).isInstanceOf(IllegalStateException.class);
        assertThatIllegalStateException().isThrownBy(() -> registry.registerInterposedSynchronization(hearing("no")));
    }
}
