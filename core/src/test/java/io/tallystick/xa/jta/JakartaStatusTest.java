package io.tallystick.xa.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.Background;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.InvalidTransactionException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.Test;

/** Jakarta Transactions 2.0, §§3.2 and 3.3: what a transaction says of itself, whom it belongs to, and what its end leaves behind. */
class JakartaStatusTest extends JakartaScene {

    @Test
    void it_is_preparing_while_votes_are_asked_and_committing_while_resources_commit() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        mine.enlistResource(at("prepare", at("commit", one, () -> note(mine)), () -> note(mine)));
        mine.enlistResource(two);
        manager.commit();
        assertThat(heard).containsExactly("PREPARING", "COMMITTING");
        assertThat(mine.getStatus()).isEqualTo(Status.STATUS_COMMITTED);
    }

    @Test
    void it_is_rolling_back_while_resources_roll_back() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        mine.enlistResource(at("rollback", one, () -> note(mine)));
        manager.rollback();
        assertThat(heard).containsExactly("ROLLING_BACK");
        assertThat(mine.getStatus()).isEqualTo(Status.STATUS_ROLLEDBACK);
    }

    @Test
    void after_the_end_the_thread_has_no_transaction_whatever_the_end_was() throws Exception {
        beginWithBoth();
        one.voteNoWith = XAException.XA_RBROLLBACK;
        assertThatThrownBy(user::commit).isInstanceOf(RollbackException.class);
        assertThat(user.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
        assertThat(registry.getTransactionKey()).isNull();
        user.begin();
        user.rollback();
        assertThat(user.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
    }

    @Test
    void marked_for_rollback_it_may_be_marked_again_and_rolled_back() throws Exception {
        beginWithBoth();
        user.setRollbackOnly();
        user.setRollbackOnly();
        user.rollback();
        assertThat(one.told).endsWith("rollback");
    }

    @Test
    void it_may_be_marked_for_rollback_by_any_thread_that_has_its_object() throws Exception {
        beginWithBoth();
        Transaction mine = manager.getTransaction();
        CompletableFuture<Boolean> marked = Background.supply(() -> {
            try {
                mine.setRollbackOnly();
                return true;
            } catch (SystemException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(marked.get()).isTrue();
        assertThat(manager.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
    }

    @Test
    void its_object_commits_it_without_leaving_the_thread() throws Exception {
        beginWithBoth();
        Transaction mine = manager.getTransaction();
        mine.commit();
        assertThat(manager.getStatus())
                .as("still associated, as the Javadoc leaves it")
                .isEqualTo(Status.STATUS_COMMITTED);
        assertThat(manager.suspend()).isSameAs(mine);
    }

    @Test
    void objects_of_one_transaction_are_equal_and_of_two_are_not() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        assertThat(manager.getTransaction()).isEqualTo(mine).hasSameHashCodeAs(mine);
        manager.suspend();
        manager.begin();
        assertThat(manager.getTransaction()).isNotEqualTo(mine);
        manager.rollback();
        manager.resume(mine);
        assertThat(manager.getTransaction()).isEqualTo(mine);
    }

    @Test
    void a_time_out_concerns_only_the_thread_that_set_it() throws Exception {
        CompletableFuture<Boolean> set = Background.supply(() -> {
            try {
                manager.setTransactionTimeout(1);
                return true;
            } catch (SystemException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(set.get()).isTrue();
        manager.begin();
        assertThat(engine.current().orElseThrow().deadline())
                .isAfter(engine.clock().instant().plusSeconds(10));
    }

    @Test
    void what_has_ended_cannot_be_resumed() throws Exception {
        manager.begin();
        Transaction ended = manager.suspend();
        ended.rollback();
        assertThatThrownBy(() -> manager.resume(ended)).isInstanceOf(InvalidTransactionException.class);
    }

    @Test
    void what_is_marked_for_rollback_can_be_suspended_and_resumed() throws Exception {
        manager.begin();
        manager.setRollbackOnly();
        manager.resume(manager.suspend());
        assertThat(manager.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        manager.rollback();
    }

    @Test
    void a_resource_that_is_enlisted_twice_is_started_once() throws Exception {
        manager.begin();
        assertThat(manager.getTransaction().enlistResource(one)).isTrue();
        assertThat(manager.getTransaction().enlistResource(one)).isTrue();
        assertThat(one.told).containsExactly("start new");
    }

    @Test
    void a_resource_that_cannot_be_started_is_a_system_error_and_the_transaction_goes_on() throws Exception {
        manager.begin();
        XAResource broken = at("start", one, () -> {
            throw new XAException(XAException.XAER_RMERR);
        });
        assertThatThrownBy(() -> manager.getTransaction().enlistResource(broken))
                .isInstanceOf(SystemException.class)
                .hasMessageContaining("in-memory");
        manager.getTransaction().enlistResource(two);
        manager.commit();
        assertThat(two.told).endsWith("commit in one phase");
    }

    @Test
    void no_resource_is_delisted_after_the_end() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        mine.enlistResource(one);
        manager.commit();
        assertThatIllegalStateException().isThrownBy(() -> mine.delistResource(one, XAResource.TMSUCCESS));
    }

    @Test
    void a_resource_that_rolled_back_what_was_decided_to_commit_is_told_as_a_mixed_end() throws Exception {
        manager.begin();
        manager.getTransaction().enlistResource(at("commit", one, () -> {
            throw new XAException(XAException.XA_HEURRB);
        }));
        manager.getTransaction().enlistResource(two);
        assertThatThrownBy(manager::commit).isInstanceOf(HeuristicMixedException.class);
        assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
        assertThat(two.told).endsWith("commit");
    }

    @Test
    void when_all_that_wrote_have_rolled_back_what_was_decided_to_commit_it_is_told_as_a_heuristic_rollback()
            throws Exception {
        InMemoryXaResource reader = new InMemoryXaResource();
        reader.readOnly = true;
        manager.begin();
        for (InMemoryXaResource writer : List.of(one, two)) {
            manager.getTransaction().enlistResource(at("commit", writer, () -> {
                throw new XAException(XAException.XA_HEURRB);
            }));
        }
        manager.getTransaction().enlistResource(reader);
        assertThatThrownBy(user::commit)
                .isInstanceOf(HeuristicRollbackException.class)
                .hasMessageContaining("every branch that wrote has been rolled back")
                .hasMessageContaining("tally tx show");
        assertThat(user.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
        assertThat(engine.heuristics(10)).as("evidence").hasSize(2);
    }

    @Test
    void when_one_of_them_does_not_say_how_it_ended_it_is_no_rollback_of_all() throws Exception {
        manager.begin();
        manager.getTransaction().enlistResource(at("commit", one, () -> {
            throw new XAException(XAException.XA_HEURRB);
        }));
        manager.getTransaction().enlistResource(at("commit", two, () -> {
            throw new XAException(XAException.XA_HEURHAZ);
        }));
        assertThatThrownBy(user::commit).isInstanceOf(HeuristicMixedException.class);
    }

    @Test
    void nothing_begins_when_the_manager_is_being_closed() {
        engine.close();
        assertThatThrownBy(manager::begin).isInstanceOf(SystemException.class);
        assertThat(engine.current()).isEmpty();
    }

    private void note(Transaction of) throws SystemException {
        heard.add(word(of.getStatus()));
    }
}
