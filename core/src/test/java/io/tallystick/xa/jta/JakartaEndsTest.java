package io.tallystick.xa.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.transaction.InvalidTransactionException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.Transaction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** Jakarta Transactions 2.0, §§3.2.2 and 3.3.2: what may and may not be done while a transaction ends, and what comes of what goes wrong then. */
class JakartaEndsTest extends JakartaScene {

    // ---- before completion

    @Test
    void what_is_thrown_before_completion_is_the_cause_of_what_commit_throws() throws Exception {
        IllegalArgumentException mine = new IllegalArgumentException("the cart is empty");
        beginWithBoth();
        manager.getTransaction().registerSynchronization(hearing("a", () -> {
            throw mine;
        }));
        assertThatThrownBy(manager::commit)
                .isInstanceOf(RollbackException.class)
                .hasRootCause(mine);
    }

    @Test
    void an_error_before_completion_rolls_back_as_an_exception_does() throws Exception {
        NoClassDefFoundError missing = new NoClassDefFoundError("Mapper");
        beginWithBoth();
        Transaction transaction = manager.getTransaction();
        transaction.registerSynchronization(throwing(missing));
        assertThatThrownBy(manager::commit)
                .isInstanceOf(RollbackException.class)
                .hasRootCause(missing);
        assertThat(one.told).endsWith("rollback");
        assertThat(transaction.getStatus()).isEqualTo(Status.STATUS_ROLLEDBACK);
        assertThat(manager.getTransaction()).isNull();
    }

    @Test
    void once_one_has_marked_it_for_rollback_the_others_are_called_only_after_it() throws Exception {
        beginWithBoth();
        manager.getTransaction().registerSynchronization(hearing("a", manager::setRollbackOnly));
        manager.getTransaction().registerSynchronization(hearing("b"));
        registry.registerInterposedSynchronization(hearing("c"));
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertThat(heard).containsExactly("before a", "after c ROLLEDBACK", "after a ROLLEDBACK", "after b ROLLEDBACK");
    }

    @Test
    void it_cannot_be_committed_by_those_that_are_called_before_its_commit() throws Exception {
        AtomicReference<Throwable> refused = new AtomicReference<>();
        beginWithBoth();
        manager.getTransaction()
                .registerSynchronization(hearing(
                        "a",
                        () -> refused.set(caught(() -> {
                            user.commit();
                            return null;
                        }))));
        manager.getTransaction()
                .registerSynchronization(hearing(
                        "b",
                        () -> assertThat(manager.getTransaction())
                                .as("still in its context")
                                .isNotNull()));
        manager.commit();
        assertThat(refused.get()).isInstanceOf(IllegalStateException.class).hasMessageContaining("committed already");
        assertThat(heard).containsExactly("before a", "before b", "after a COMMITTED", "after b COMMITTED");
        assertThat(one.told).containsExactly("start new", "end success", "prepare", "commit");
    }

    @Test
    void it_can_be_rolled_back_by_those_that_are_called_before_its_commit() throws Exception {
        beginWithBoth();
        manager.getTransaction().registerSynchronization(hearing("a", user::rollback));
        manager.getTransaction().registerSynchronization(hearing("b"));
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertThat(heard).containsExactly("before a", "after a ROLLEDBACK", "after b ROLLEDBACK");
        assertThat(one.told).endsWith("rollback").doesNotContain("prepare");
        assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
    }

    @Test
    void one_that_suspends_it_leaves_the_next_one_its_context() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        mine.registerSynchronization(hearing("a", manager::suspend));
        mine.registerSynchronization(
                hearing("b", () -> assertThat(manager.getTransaction()).isSameAs(mine)));
        manager.commit();
        assertThat(heard).containsExactly("before a", "before b", "after a COMMITTED", "after b COMMITTED");
    }

    @Test
    void nothing_is_no_synchronization() throws Exception {
        manager.begin();
        assertThatThrownBy(() -> manager.getTransaction().registerSynchronization(null))
                .isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> registry.registerInterposedSynchronization(null))
                .isInstanceOf(NullPointerException.class);
    }

    // ---- while it is prepared

    @Test
    void prepared_it_says_so_and_takes_nothing_and_cannot_be_rolled_back() throws Exception {
        List<Object> seen = new ArrayList<>();
        beginWithBoth();
        Transaction mine = manager.getTransaction();
        whenDeciding = () -> {
            seen.add(word(mine.getStatus()));
            seen.add(caught(() -> mine.enlistResource(new InMemoryXaResource())).getClass());
            seen.add(caught(() -> elsewhereRolledBack(mine)).getClass());
            assertThatIllegalStateException().isThrownBy(() -> mine.registerSynchronization(hearing("late")));
            assertThatIllegalStateException().isThrownBy(mine::setRollbackOnly);
        };
        manager.commit();
        assertThat(seen).containsExactly("PREPARED", IllegalStateException.class, IllegalStateException.class);
        assertThat(one.told).endsWith("commit");
        assertThat(two.told).endsWith("commit");
    }

    private static Object elsewhereRolledBack(Transaction mine) throws Exception {
        Throwable refused = elsewhere(() -> caught(() -> {
            mine.rollback();
            return null;
        }));
        throw (Exception) refused;
    }

    // ---- after completion

    @Test
    void an_error_after_completion_changes_nothing_and_stops_no_other() throws Exception {
        manager.begin();
        registry.putResource("key", "large");
        Transaction mine = manager.getTransaction();
        mine.registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                throw new NoClassDefFoundError("Listener");
            }
        });
        mine.registerSynchronization(hearing("b"));
        mine.commit();
        assertThat(heard).containsExactly("before b", "after b COMMITTED");
        assertThat(registry.getResource("key")).as("cleared").isNull();
    }

    @Test
    void who_hears_of_the_end_may_run_another_transaction_meanwhile_and_come_back() throws Exception {
        manager.begin();
        Transaction first = manager.getTransaction();
        first.registerSynchronization(new Synchronization() {
            @Override
            public void beforeCompletion() {}

            @Override
            public void afterCompletion(int status) {
                try {
                    Transaction ended = manager.suspend();
                    manager.begin();
                    manager.getTransaction().enlistResource(one);
                    manager.commit();
                    manager.resume(ended);
                    heard.add("came back");
                } catch (Exception e) {
                    heard.add(e.toString());
                }
            }
        });
        first.registerSynchronization(hearing("b"));
        manager.commit();
        assertThat(heard).containsExactly("before b", "came back", "after b COMMITTED");
        assertThat(one.told).endsWith("commit in one phase");
        assertThatThrownBy(() -> manager.resume(first))
                .as("when all have heard of it")
                .isInstanceOf(InvalidTransactionException.class);
    }

    // ---- resume

    @Test
    void what_the_thread_has_already_may_be_resumed_and_it_has_it_then() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        manager.resume(mine);
        assertThat(manager.getTransaction()).isSameAs(mine);
        mine.rollback();
        assertThatThrownBy(() -> manager.resume(mine)).isInstanceOf(InvalidTransactionException.class);
    }

    private static Synchronization throwing(Error error) {
        return new Synchronization() {
            @Override
            public void beforeCompletion() {
                throw error;
            }

            @Override
            public void afterCompletion(int status) {}
        };
    }
}
