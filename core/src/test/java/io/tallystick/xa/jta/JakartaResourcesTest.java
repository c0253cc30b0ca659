package io.tallystick.xa.jta;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import javax.transaction.xa.Xid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Jakarta Transactions 2.0, §§3.3.1 and 3.4: what a resource is told from its start to its end, and what its answers mean. */
class JakartaResourcesTest extends JakartaScene {

    // ---- names (3.5, Xid)

    @Test
    void branches_of_one_transaction_share_its_name_and_have_each_their_own() throws Exception {
        beginWithBoth();
        manager.commit();
        Xid first = branchOf(one);
        Xid second = branchOf(two);
        assertThat(first.getGlobalTransactionId())
                .isEqualTo(second.getGlobalTransactionId())
                .hasSizeBetween(1, Xid.MAXGTRIDSIZE);
        assertThat(first.getBranchQualifier())
                .isNotEqualTo(second.getBranchQualifier())
                .hasSizeBetween(1, Xid.MAXBQUALSIZE);
        assertThat(first.getFormatId()).isEqualTo(second.getFormatId()).isNotNegative();
    }

    @Test
    void another_transaction_has_another_name() throws Exception {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            manager.begin();
            manager.getTransaction().enlistResource(one);
            names.add(new String(branchOf(one).getGlobalTransactionId(), StandardCharsets.ISO_8859_1));
            manager.rollback();
        }
        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void who_joins_a_branch_works_under_its_name() throws Exception {
        InMemoryXaResource again = one.ofTheSameManager();
        manager.begin();
        manager.getTransaction().enlistResource(one);
        manager.getTransaction().enlistResource(again);
        assertThat(branchOf(again)).isEqualTo(branchOf(one));
        manager.rollback();
    }

    private static Xid branchOf(InMemoryXaResource resource) {
        return Objects.requireNonNull(resource.branch);
    }

    // ---- enlisting

    @Test
    void a_resource_that_cannot_say_whose_it_is_gets_a_branch_of_its_own() throws Exception {
        manager.begin();
        manager.getTransaction().enlistResource(at("isSameRM", one, () -> {
            throw new XAException(XAException.XAER_RMFAIL);
        }));
        assertThat(manager.getTransaction().enlistResource(two)).isTrue();
        manager.commit();
        assertThat(two.told).containsExactly("start new", "end success", "prepare", "commit");
    }

    @Test
    void several_threads_work_for_one_transaction_at_the_same_time() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        mine.enlistResource(one);
        Transaction ofTheOther = elsewhere(() -> {
            manager.resume(mine);
            try {
                manager.getTransaction().enlistResource(two);
                return manager.getTransaction();
            } finally {
                manager.suspend();
            }
        });
        assertThat(ofTheOther).isEqualTo(mine);
        manager.commit();
        assertThat(one.told).endsWith("commit");
        assertThat(two.told).endsWith("commit");
    }

    // ---- delisting

    @Test
    void what_was_never_enlisted_is_not_delisted_and_the_answer_says_so() throws Exception {
        manager.begin();
        assertThat(manager.getTransaction().delistResource(one, XAResource.TMSUCCESS))
                .isFalse();
        assertThat(one.told).isEmpty();
    }

    @Test
    void what_was_delisted_is_not_delisted_again_and_the_answer_says_so() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        mine.enlistResource(one);
        assertThat(mine.delistResource(one, XAResource.TMSUSPEND)).isTrue();
        assertThat(mine.delistResource(one, XAResource.TMSUSPEND)).isFalse();
        assertThat(mine.delistResource(one, XAResource.TMSUCCESS)).isTrue();
        assertThat(mine.delistResource(one, XAResource.TMSUCCESS)).isFalse();
        manager.commit();
        assertThat(one.told).containsExactly("start new", "end suspend", "end success", "commit in one phase");
    }

    @Test
    void a_resource_that_has_failed_dooms_the_transaction_also_when_it_cannot_even_be_delisted() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        XAResource broken = at("end", one, () -> {
            throw new XAException(XAException.XAER_RMFAIL);
        });
        mine.enlistResource(broken);
        assertThatThrownBy(() -> mine.delistResource(broken, XAResource.TMFAIL))
                .isInstanceOf(SystemException.class)
                .hasMessageContaining("'in-memory' was not delisted");
        assertThat(mine.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertThat(one.told).endsWith("rollback");
    }

    @Test
    void a_resource_that_answers_rollback_when_it_is_delisted_has_been_and_dooms_the_transaction() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        List<String> ends = new ArrayList<>();
        XAResource deadlocked = at("end", one, () -> {
            ends.add("end");
            throw new XAException(XAException.XA_RBDEADLOCK);
        });
        mine.enlistResource(deadlocked);
        assertThat(mine.delistResource(deadlocked, XAResource.TMSUCCESS)).isTrue();
        assertThat(mine.getStatus()).isEqualTo(Status.STATUS_MARKED_ROLLBACK);
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertThat(ends).as("not ended twice").hasSize(1);
        assertThat(one.told).containsExactly("start new", "rollback");
    }

    // ---- one phase

    @Test
    void a_refusal_of_the_only_phase_is_told_as_a_rollback() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        mine.enlistResource(refusing("commit", XAException.XA_RBINTEGRITY));
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertThat(mine.getStatus()).isEqualTo(Status.STATUS_ROLLEDBACK);
    }

    @Test
    void a_lost_answer_of_the_only_phase_is_told_as_unknown_and_as_nothing_else() throws Exception {
        manager.begin();
        Transaction mine = manager.getTransaction();
        mine.registerSynchronization(hearing("a"));
        mine.enlistResource(refusing("commit", XAException.XAER_RMFAIL));
        assertThatThrownBy(manager::commit)
                .isInstanceOf(SystemException.class)
                .hasMessageContaining("XA error " + XAException.XAER_RMFAIL);
        assertThat(mine.getStatus()).isEqualTo(Status.STATUS_UNKNOWN);
        assertThat(heard).containsExactly("before a", "after a UNKNOWN");
        assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
    }

    @ParameterizedTest
    @ValueSource(ints = {XAException.XA_HEURMIX, XAException.XA_HEURHAZ})
    void what_was_done_by_half_in_the_only_phase_is_told_as_a_mixed_end_and_kept_as_evidence(int code)
            throws Exception {
        manager.begin();
        manager.getTransaction().registerSynchronization(hearing("a"));
        manager.getTransaction().enlistResource(refusing("commit", code));
        assertThatThrownBy(manager::commit).isInstanceOf(HeuristicMixedException.class);
        assertThat(heard).containsExactly("before a", "after a UNKNOWN");
        assertThat(engine.heuristics(10))
                .singleElement()
                .satisfies(kept -> assertThat(kept.evidence()).contains(String.valueOf(code)));
        assertThat(one.told).endsWith("forget");
    }

    @Test
    void a_resource_that_had_committed_already_in_its_only_phase_has_committed_and_may_forget_it() throws Exception {
        manager.begin();
        manager.getTransaction().enlistResource(refusing("commit", XAException.XA_HEURCOM));
        manager.commit();
        assertThat(one.told).endsWith("forget");
    }

    // ---- reading only

    @Test
    void when_all_have_only_read_nobody_is_told_a_second_time() throws Exception {
        one.readOnly = true;
        two.readOnly = true;
        beginWithBoth();
        Transaction mine = manager.getTransaction();
        manager.commit();
        assertThat(one.told).containsExactly("start new", "end success", "prepare");
        assertThat(two.told).containsExactly("start new", "end success", "prepare");
        assertThat(mine.getStatus()).isEqualTo(Status.STATUS_COMMITTED);
    }

    @Test
    void who_has_only_read_is_not_told_of_a_rollback_either() throws Exception {
        one.readOnly = true;
        two.voteNoWith = XAException.XA_RBINTEGRITY;
        manager.begin();
        manager.getTransaction().enlistResource(one);
        manager.getTransaction().enlistResource(two);
        assertThatThrownBy(manager::commit).isInstanceOf(RollbackException.class);
        assertThat(one.told).containsExactly("start new", "end success", "prepare");
    }

    // ---- decisions of resources by themselves

    @Test
    void a_resource_that_committed_what_is_rolled_back_is_a_system_error_with_evidence() throws Exception {
        manager.begin();
        manager.getTransaction().enlistResource(refusing("rollback", XAException.XA_HEURCOM));
        assertThatThrownBy(manager::rollback).isInstanceOf(SystemException.class);
        assertThat(manager.getStatus()).isEqualTo(Status.STATUS_NO_TRANSACTION);
        assertThat(engine.heuristics(10)).hasSize(1);
    }

    @Test
    void a_resource_that_committed_although_another_voted_no_is_told_as_a_mixed_end() throws Exception {
        manager.begin();
        two.voteNoWith = XAException.XA_RBINTEGRITY;
        manager.getTransaction().registerSynchronization(hearing("a"));
        manager.getTransaction().enlistResource(refusing("rollback", XAException.XA_HEURCOM));
        manager.getTransaction().enlistResource(two);
        assertThatThrownBy(manager::commit).isInstanceOf(HeuristicMixedException.class);
        assertThat(heard).containsExactly("before a", "after a UNKNOWN");
        assertThat(engine.heuristics(10)).hasSize(1);
    }

    @Test
    void a_resource_that_had_committed_by_itself_what_is_committed_is_no_news_and_may_forget_it() throws Exception {
        manager.begin();
        manager.getTransaction().enlistResource(refusing("commit", XAException.XA_HEURCOM));
        manager.getTransaction().enlistResource(two);
        manager.commit();
        assertThat(one.told).endsWith("forget");
        assertThat(engine.heuristics(10)).isEmpty();
    }

    private XAResource refusing(String call, int code) {
        return at(call, one, () -> {
            throw new XAException(code);
        });
    }
}
