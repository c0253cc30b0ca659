package io.tallystick.xa.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.xa.InMemoryDecisionStore;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import jakarta.transaction.InvalidTransactionException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.UserTransaction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Jakarta Transactions 2.0, sentence by sentence: what its text and its Javadoc demand of a transaction manager. */
class JakartaTransactionsTest {

    private final XaEngine engine = XaEngine.named("conformance")
            .decisions(new InMemoryDecisionStore("memory", java.time.InstantSource.system()))
            .settings(XaSettings.standard()
                    .withPrepareBudget(Duration.ofMinutes(1))
                    .withAckWait(Duration.ofMinutes(1)))
            .open();
    private final JakartaTransactions jakarta = JakartaTransactions.of(engine, resource -> "in-memory");
    private final TransactionManager manager = jakarta.transactionManager();
    private final UserTransaction user = jakarta.userTransaction();
    private final TransactionSynchronizationRegistry registry = jakarta.registry();
    private final InMemoryXaResource one = new InMemoryXaResource();
    private final InMemoryXaResource two = new InMemoryXaResource();
    private final List<String> heard = new ArrayList<>();

    @AfterEach
    void close() {
        engine.bind(null).filter(t -> !t.phase().isFinal()).ifPresent(t -> t.rollback());
        engine.close();
    }

    @Nested
    class Begin {
        @Test
        void creates_a_transaction_and_associates_it_with_the_current_thread() throws Exception {
            user.begin();
            assertThat(user.getStatus()).isEqualTo(Status.STATUS_ACTIVE);
            assertThat(manager.getTransaction()).isNotNull();
        }

        @Test
        void is_refused_with_NotSupported_when_the_thread_has_one_already_and_nested_ones_are_not_offered()
                throws Exception {
            user.begin();
            assertThatThrownBy(user::begin)
                    .isInstanceOf(NotSupportedException.class)
                    .hasMessageContaining("nested transactions are not offered");
        }

        @Test
        void concerns_no_other_thread() throws Exception {
            user.begin();
            assertThat(inAnotherThread(() -> user.getStatus())).isEqualTo(Status.STATUS_NO_TRANSACTION);
        }
    }

    @Nested
    class Commit {
        @Test
        void completes_the_transaction_and_leaves_the_thread_without_one() throws Exception {
            manager.begin();
            manager.getTransaction().enlistResource(one);
            manager.commit();
            assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
            assertThat(manager.getTransaction()).isNull();
        }

        @Test
        void of_one_resource_is_in_one_phase() throws Exception {
            manager.begin();
            manager.getTransaction().enlistResource(one);
            manager.commit();
            assertThat(one.told).containsExactly("start new", "end success", "commit in one phase");
        }

        @Test
        void of_several_resources_is_in_two_phases() throws Exception {
            beginWithBoth();
            manager.commit();
            assertThat(one.told).containsExactly("start new", "end success", "prepare", "commit");
            assertThat(two.told).containsExactly("start new", "end success", "prepare", "commit");
        }

        @Test
        void leaves_out_of_phase_two_who_voted_read_only() throws Exception {
            beginWithBoth();
            one.readOnly = true;
            manager.commit();
            assertThat(one.told).containsExactly("start new", "end success", "prepare");
            assertThat(two.told).endsWith("commit");
        }

        @Test
        void throws_Rollback_when_a_resource_votes_no_and_rolls_back_the_others() throws Exception {
            beginWithBoth();
            one.voteNoWith = XAException.XA_RBINTEGRITY;
            assertThatThrownBy(manager::commit)
                    .isInstanceOf(RollbackException.class)
                    .hasMessageContaining("voted no");
            assertThat(two.told).endsWith("rollback");
            assertThat(manager.getTransaction()).isNull();
        }

        @Test
        void throws_Rollback_when_the_transaction_was_marked_for_rollback_only() throws Exception {
            beginWithBoth();
            manager.setRollbackOnly();
            assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
            assertThat(one.told).endsWith("rollback").doesNotContain("prepare");
            assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
        }

        @Test
        void throws_IllegalState_when_the_thread_has_no_transaction() {
            assertThatIllegalStateException().isThrownBy(manager::commit);
            assertThatIllegalStateException().isThrownBy(user::commit);
        }

        @Test
        void of_a_transaction_object_that_has_ended_throws_IllegalState() throws Exception {
            manager.begin();
            Transaction transaction = manager.getTransaction();
            manager.commit();
            assertThatIllegalStateException().isThrownBy(transaction::commit);
        }
    }

    @Nested
    class Rollback {
        @Test
        void rolls_back_every_resource_and_leaves_the_thread_without_a_transaction() throws Exception {
            beginWithBoth();
            manager.rollback();
            assertThat(one.told).endsWith("rollback");
            assertThat(two.told).endsWith("rollback");
            assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
        }

        @Test
        void throws_IllegalState_when_the_thread_has_no_transaction() {
            assertThatIllegalStateException().isThrownBy(manager::rollback);
        }

        @Test
        void of_a_transaction_object_that_has_ended_throws_IllegalState() throws Exception {
            manager.begin();
            Transaction transaction = manager.getTransaction();
            manager.commit();
            assertThatIllegalStateException().isThrownBy(transaction::rollback);
        }
    }

    @Nested
    class SetRollbackOnly {
        @Test
        void makes_rollback_the_only_possible_outcome() throws Exception {
            manager.begin();
            manager.setRollbackOnly();
            assertThat(manager.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
            assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        }

        @Test
        void throws_IllegalState_when_the_thread_has_no_transaction() {
            assertThatIllegalStateException().isThrownBy(manager::setRollbackOnly);
        }

        @Test
        void throws_IllegalState_when_the_transaction_has_ended() throws Exception {
            manager.begin();
            Transaction transaction = manager.getTransaction();
            manager.commit();
            assertThatIllegalStateException().isThrownBy(transaction::setRollbackOnly);
        }
    }

    @Nested
    class GetStatus {
        @Test
        void says_NO_TRANSACTION_when_there_is_none() throws Exception {
            assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
            assertThat(user.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
            assertThat(registry.getTransactionStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
        }

        @Test
        void of_an_ended_transaction_says_how_it_ended() throws Exception {
            manager.begin();
            Transaction committed = manager.getTransaction();
            manager.commit();
            manager.begin();
            Transaction rolledBack = manager.getTransaction();
            manager.rollback();
            assertThat(committed.getStatus()).isEqualTo(Status.STATUS_COMMITTED);
            assertThat(rolledBack.getStatus()).isEqualTo(Status.STATUS_ROLLEDBACK);
        }
    }

    @Nested
    class SetTransactionTimeout {
        @Test
        void modifies_the_time_out_of_transactions_begun_by_this_thread_afterwards() throws Exception {
            manager.setTransactionTimeout(1);
            manager.begin();
            Transaction late = manager.getTransaction();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(120))
                    .until(() -> late.getStatus() == Status.STATUS_ROLLEDBACK);
            assertThatThrownBy(manager::commit)
                    .isInstanceOf(RollbackException.class)
                    .hasMessageContaining("time-out");
        }

        @Test
        void leaves_the_transaction_that_is_active_as_it_is() throws Exception {
            manager.begin();
            var deadline = engine.current().orElseThrow().deadline();
            manager.setTransactionTimeout(1);
            assertThat(engine.current().orElseThrow().deadline()).isEqualTo(deadline);
        }

        @Test
        void of_zero_restores_the_default() throws Exception {
            manager.setTransactionTimeout(1);
            manager.setTransactionTimeout(0);
            manager.begin();
            assertThat(engine.current().orElseThrow().deadline())
                    .isAfter(engine.clock().instant().plusSeconds(20));
        }

        @Test
        void of_less_than_zero_is_refused() {
            assertThatThrownBy(() -> manager.setTransactionTimeout(-1)).isInstanceOf(SystemException.class);
        }
    }

    @Nested
    class SuspendAndResume {
        @Test
        void suspend_returns_the_transaction_and_leaves_the_thread_without_one() throws Exception {
            manager.begin();
            Transaction mine = manager.getTransaction();
            assertThat(manager.suspend()).isSameAs(mine);
            assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
            manager.resume(mine);
            assertThat(manager.getTransaction()).isSameAs(mine);
        }

        @Test
        void suspend_returns_null_when_there_is_no_transaction() throws Exception {
            assertThat(manager.suspend()).isNull();
        }

        @Test
        void a_suspended_transaction_may_be_resumed_by_another_thread() throws Exception {
            manager.begin();
            Transaction mine = manager.suspend();
            inAnotherThread(() -> {
                manager.resume(mine);
                manager.commit();
                return Status.STATUS_COMMITTED;
            });
            assertThat(mine.getStatus()).isEqualTo(Status.STATUS_COMMITTED);
        }

        @Test
        void resume_throws_IllegalState_when_the_thread_has_a_transaction() throws Exception {
            manager.begin();
            Transaction first = manager.suspend();
            manager.begin();
            assertThatIllegalStateException().isThrownBy(() -> manager.resume(first));
            first.rollback();
        }

        @Test
        void resume_throws_InvalidTransaction_when_it_is_none_of_this_manager() {
            assertThatThrownBy(() -> manager.resume(null)).isInstanceOf(InvalidTransactionException.class);
        }

        @Test
        void between_them_another_transaction_can_run() throws Exception {
            manager.begin();
            manager.getTransaction().enlistResource(one);
            Transaction outer = manager.suspend();
            manager.begin();
            manager.getTransaction().enlistResource(two);
            manager.rollback();
            manager.resume(outer);
            manager.commit();
            assertThat(one.told).endsWith("commit in one phase");
            assertThat(two.told).endsWith("rollback");
        }
    }

    @Nested
    class EnlistAndDelist {
        @Test
        void enlisting_starts_a_new_branch_on_the_resource() throws Exception {
            manager.begin();
            assertThat(manager.getTransaction().enlistResource(one)).isTrue();
            assertThat(one.told).containsExactly("start new");
        }

        @Test
        void delisting_with_TMSUSPEND_and_enlisting_again_resumes_the_branch() throws Exception {
            manager.begin();
            Transaction mine = manager.getTransaction();
            mine.enlistResource(one);
            mine.delistResource(one, XAResource.TMSUSPEND);
            mine.enlistResource(one);
            manager.commit();
            assertThat(one.told)
                    .containsExactly("start new", "end suspend", "start resume", "end success", "commit in one phase");
        }

        @Test
        void delisting_with_TMSUCCESS_ends_the_association_and_enlisting_again_joins_the_branch() throws Exception {
            manager.begin();
            Transaction mine = manager.getTransaction();
            mine.enlistResource(one);
            mine.delistResource(one, XAResource.TMSUCCESS);
            mine.enlistResource(one);
            manager.commit();
            assertThat(one.told)
                    .containsExactly("start new", "end success", "start join", "end success", "commit in one phase");
        }

        @Test
        void a_resource_that_cannot_join_again_is_named_and_what_it_did_before_still_takes_part() throws Exception {
            one.joins = false;
            manager.begin();
            Transaction mine = manager.getTransaction();
            mine.enlistResource(one);
            mine.delistResource(one, XAResource.TMSUCCESS);
            assertThatThrownBy(() -> mine.enlistResource(one))
                    .isInstanceOf(SystemException.class)
                    .hasMessageContaining("'in-memory'")
                    .hasMessageContaining("MariaDB and MySQL cannot join");
            manager.commit();
            assertThat(one.told).endsWith("commit in one phase");
        }

        @Test
        void a_second_resource_of_the_same_manager_joins_the_branch_and_the_manager_is_told_once() throws Exception {
            InMemoryXaResource again = one.ofTheSameManager();
            beginWithBoth();
            manager.getTransaction().enlistResource(again);
            manager.commit();
            assertThat(one.told).containsExactly("start new", "end success", "prepare", "commit");
            assertThat(again.told).containsExactly("start join", "end success");
            assertThat(two.told).endsWith("commit");
        }

        @Test
        void a_manager_with_several_resources_and_alone_commits_in_one_phase() throws Exception {
            InMemoryXaResource again = one.ofTheSameManager();
            manager.begin();
            manager.getTransaction().enlistResource(one);
            manager.getTransaction().enlistResource(again);
            manager.commit();
            assertThat(one.told).containsExactly("start new", "end success", "commit in one phase");
            assertThat(again.told).containsExactly("start join", "end success");
        }

        @Test
        void a_joined_resource_is_suspended_and_resumed_by_itself_and_its_manager_rolled_back_once() throws Exception {
            InMemoryXaResource again = one.ofTheSameManager();
            manager.begin();
            Transaction mine = manager.getTransaction();
            mine.enlistResource(one);
            mine.enlistResource(again);
            mine.delistResource(again, XAResource.TMSUSPEND);
            mine.enlistResource(again);
            manager.rollback();
            assertThat(one.told).containsExactly("start new", "end fail", "rollback");
            assertThat(again.told).containsExactly("start join", "end suspend", "start resume", "end fail");
        }

        @Test
        void a_resource_that_says_it_is_of_the_same_manager_and_does_not_join_gets_a_branch_of_its_own()
                throws Exception {
            InMemoryXaResource again = one.ofTheSameManager();
            again.joins = false;
            manager.begin();
            manager.getTransaction().enlistResource(one);
            manager.getTransaction().enlistResource(again);
            manager.commit();
            assertThat(one.told).containsExactly("start new", "end success", "prepare", "commit");
            assertThat(again.told).containsExactly("start join", "start new", "end success", "prepare", "commit");
        }

        @Test
        void delisting_with_TMFAIL_marks_the_transaction_for_rollback_only() throws Exception {
            manager.begin();
            Transaction mine = manager.getTransaction();
            mine.enlistResource(one);
            mine.delistResource(one, XAResource.TMFAIL);
            assertThat(mine.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        }

        @Test
        void enlisting_throws_Rollback_when_the_transaction_is_marked_for_rollback_only() throws Exception {
            manager.begin();
            manager.setRollbackOnly();
            assertThatThrownBy(() -> manager.getTransaction().enlistResource(one))
                    .isInstanceOf(RollbackException.class);
            assertThat(one.told).isEmpty();
        }

        @Test
        void enlisting_throws_IllegalState_when_the_transaction_has_ended() throws Exception {
            manager.begin();
            Transaction mine = manager.getTransaction();
            manager.commit();
            assertThatIllegalStateException().isThrownBy(() -> mine.enlistResource(one));
        }
    }

    @Nested
    class Synchronizations {
        @Test
        void are_called_before_and_after_completion() throws Exception {
            manager.begin();
            manager.getTransaction().registerSynchronization(hearing("a"));
            manager.commit();
            assertThat(heard).containsExactly("before a", "after a COMMITTED");
        }

        @Test
        void are_called_before_completion_in_the_transactions_own_context_and_may_enlist() throws Exception {
            manager.begin();
            manager.getTransaction().registerSynchronization(before(() -> {
                assertThat(manager.getStatus()).isEqualTo(Status.STATUS_ACTIVE);
                manager.getTransaction().enlistResource(one);
            }));
            manager.commit();
            assertThat(one.told).endsWith("commit in one phase");
        }

        @Test
        void are_not_called_before_a_rollback_but_after_it() throws Exception {
            manager.begin();
            manager.getTransaction().registerSynchronization(hearing("a"));
            manager.rollback();
            assertThat(heard).containsExactly("after a ROLLEDBACK");
        }

        @Test
        void that_throw_before_completion_roll_the_transaction_back() throws Exception {
            beginWithBoth();
            manager.getTransaction().registerSynchronization(before(() -> {
                throw new IllegalArgumentException("the cart is empty");
            }));
            assertThatThrownBy(manager::commit)
                    .isInstanceOf(RollbackException.class)
                    .hasMessageContaining("the cart is empty");
            assertThat(one.told).endsWith("rollback");
        }

        @Test
        void registered_during_before_completion_are_called_too() throws Exception {
            manager.begin();
            Transaction mine = manager.getTransaction();
            mine.registerSynchronization(before(() -> mine.registerSynchronization(hearing("late"))));
            manager.commit();
            assertThat(heard).containsExactly("before late", "after late COMMITTED");
        }

        @Test
        void hear_of_the_completion_only_when_no_resource_is_being_called_any_more() throws Exception {
            CountDownLatch answer = new CountDownLatch(1);
            try (XaEngine impatient = XaEngine.named("impatient")
                    .decisions(new InMemoryDecisionStore("memory", java.time.InstantSource.system()))
                    .settings(XaSettings.standard().withAckWait(Duration.ofMillis(1)))
                    .open()) {
                TransactionManager quick = JakartaTransactions.of(impatient, resource -> "in-memory")
                        .transactionManager();
                List<Integer> told = new CopyOnWriteArrayList<>();
                two.mayEnd = answer;
                quick.begin();
                quick.getTransaction().enlistResource(one);
                quick.getTransaction().enlistResource(two);
                quick.getTransaction().registerSynchronization(new Synchronization() {
                    @Override
                    public void beforeCompletion() {}

                    @Override
                    public void afterCompletion(int status) {
                        told.add(status);
                    }
                });
                quick.commit();
                assertThat(told).as("a pool would take the connection back").isEmpty();
                answer.countDown();
                await().untilAsserted(() -> assertThat(told).containsExactly(Status.STATUS_COMMITTED));
            }
        }

        @Test
        void that_throw_after_completion_change_nothing_and_stop_no_other() throws Exception {
            manager.begin();
            manager.getTransaction().registerSynchronization(new Synchronization() {
                @Override
                public void beforeCompletion() {}

                @Override
                public void afterCompletion(int status) {
                    throw new IllegalArgumentException("too late");
                }
            });
            manager.getTransaction().registerSynchronization(hearing("b"));
            manager.commit();
            assertThat(heard).containsExactly("before b", "after b COMMITTED");
        }

        @Test
        void cannot_be_registered_with_a_transaction_marked_for_rollback_only() throws Exception {
            manager.begin();
            manager.setRollbackOnly();
            assertThatThrownBy(() -> manager.getTransaction().registerSynchronization(hearing("a")))
                    .isInstanceOf(RollbackException.class);
        }

        @Test
        void cannot_be_registered_with_a_transaction_that_has_ended() throws Exception {
            manager.begin();
            Transaction mine = manager.getTransaction();
            manager.commit();
            assertThatIllegalStateException().isThrownBy(() -> mine.registerSynchronization(hearing("a")));
        }
    }

    @Nested
    class Registry {
        @Test
        void interposed_synchronizations_come_after_the_ordinary_before_completion_and_before_them_after_it()
                throws Exception {
            manager.begin();
            registry.registerInterposedSynchronization(hearing("interposed"));
            manager.getTransaction().registerSynchronization(hearing("ordinary"));
            manager.commit();
            assertThat(heard)
                    .containsExactly(
                            "before ordinary",
                            "before interposed",
                            "after interposed COMMITTED",
                            "after ordinary COMMITTED");
        }

        @Test
        void keeps_resources_with_the_transaction_of_the_thread() throws Exception {
            manager.begin();
            registry.putResource("key", "of the first");
            Transaction first = manager.suspend();
            manager.begin();
            assertThat(registry.getResource("key")).isNull();
            manager.rollback();
            manager.resume(first);
            assertThat(registry.getResource("key")).isEqualTo("of the first");
        }

        @Test
        void throws_IllegalState_without_a_transaction() {
            assertThatIllegalStateException().isThrownBy(() -> registry.putResource("key", 1));
            assertThatIllegalStateException().isThrownBy(() -> registry.getResource("key"));
            assertThatIllegalStateException().isThrownBy(registry::setRollbackOnly);
            assertThatIllegalStateException().isThrownBy(registry::getRollbackOnly);
            assertThatIllegalStateException()
                    .isThrownBy(() -> registry.registerInterposedSynchronization(hearing("a")));
        }

        @Test
        void takes_no_key_that_is_null() throws Exception {
            manager.begin();
            assertThatThrownBy(() -> registry.putResource(null, 1)).isInstanceOf(NullPointerException.class);
            assertThatThrownBy(() -> registry.getResource(null)).isInstanceOf(NullPointerException.class);
        }

        @Test
        void says_whether_only_rollback_is_possible() throws Exception {
            manager.begin();
            assertThat(registry.getRollbackOnly()).isFalse();
            registry.setRollbackOnly();
            assertThat(registry.getRollbackOnly()).isTrue();
            assertThat(manager.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        }

        @Test
        void has_one_key_for_each_transaction_and_none_without() throws Exception {
            assertThat(registry.getTransactionKey()).isNull();
            manager.begin();
            Object key = registry.getTransactionKey();
            assertThat(registry.getTransactionKey()).isEqualTo(key);
            Transaction first = manager.suspend();
            manager.begin();
            assertThat(registry.getTransactionKey()).isNotEqualTo(key);
            manager.rollback();
            first.rollback();
        }
    }

    private void beginWithBoth() throws Exception {
        manager.begin();
        manager.getTransaction().enlistResource(one);
        manager.getTransaction().enlistResource(two);
    }

    private Synchronization hearing(String name) {
        return new Synchronization() {
            @Override
            public void beforeCompletion() {
                heard.add("before " + name);
            }

            @Override
            public void afterCompletion(int status) {
                heard.add("after " + name + " " + (status == Status.STATUS_COMMITTED ? "COMMITTED" : "ROLLEDBACK"));
            }
        };
    }

    private interface Work {
        void run() throws Exception;
    }

    private static Synchronization before(Work work) {
        return new Synchronization() {
            @Override
            public void beforeCompletion() {
                try {
                    work.run();
                } catch (RuntimeException e) {
                    throw e;
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public void afterCompletion(int status) {}
        };
    }

    private interface Question {
        @Nullable
        Integer ask() throws Exception;
    }

    private static @Nullable Integer inAnotherThread(Question question) throws Exception {
        CompletableFuture<@Nullable Integer> answer = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                answer.complete(question.ask());
            } catch (Exception e) {
                answer.completeExceptionally(e);
            }
        });
        thread.start();
        return answer.get();
    }
}
