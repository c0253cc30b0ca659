package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.xa.Ack;
import io.tallystick.xa.Ack.Found;
import io.tallystick.xa.BranchXid;
import javax.transaction.xa.XAException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What each code of phase 2 comes to. */
class XaFinisherTest {

    private final BranchXid xid = InnoDbScene.xid();
    private final ScriptedXaResource resource = new ScriptedXaResource();
    private final XaFinisher finisher = new XaFinisher("queue", false);

    @Test
    void no_error_is_done() {
        assertThat(commit()).isEqualTo(new Ack.Done());
        assertThat(rollback()).isEqualTo(new Ack.Done());
        assertThat(resource.calls).containsExactly("commit", "rollback");
    }

    @Test
    void a_heuristic_as_decided_is_done_and_forgotten() {
        resource.answering(XAException.XA_HEURCOM);
        assertThat(commit()).isEqualTo(new Ack.Done());
        resource.answering(XAException.XA_HEURRB);
        assertThat(rollback()).isEqualTo(new Ack.Done());
        assertThat(resource.calls).containsExactly("commit", "forget", "rollback", "forget");
    }

    @ParameterizedTest
    @ValueSource(ints = {XAException.XA_HEURRB, XAException.XA_HEURMIX, XAException.XA_HEURHAZ})
    void another_heuristic_is_reported_first_and_forgotten_when_it_is_asked_about_again(int code) {
        resource.answering(code, code, code);
        assertThat(commit()).isInstanceOf(Ack.Heuristic.class);
        assertThat(resource.calls).containsExactly("commit");
        assertThat(commit()).isEqualTo(new Ack.Done());
        assertThat(resource.calls).containsExactly("commit", "commit", "forget");
    }

    @Test
    void each_heuristic_says_what_became_of_the_branch() {
        assertThat(found(true, XAException.XA_HEURRB)).isEqualTo(Found.ROLLED_BACK);
        assertThat(found(true, XAException.XA_HEURMIX)).isEqualTo(Found.MIXED);
        assertThat(found(true, XAException.XA_HEURHAZ)).isEqualTo(Found.UNKNOWN);
        assertThat(found(false, XAException.XA_HEURCOM)).isEqualTo(Found.COMMITTED);
    }

    @ParameterizedTest
    @ValueSource(ints = {XAException.XA_RBROLLBACK, XAException.XA_RBDEADLOCK, XAException.XA_RBOTHER})
    void rolled_back_after_its_vote_is_believed_only_when_it_is_no_longer_listed(int code) {
        resource.listing(xid).answering(code);
        assertThat(commit()).isInstanceOf(Ack.Retry.class);
        resource.listed.clear();
        assertThat(found(true, code)).isEqualTo(Found.ROLLED_BACK);
        resource.answering(code);
        assertThat(rollback()).isEqualTo(new Ack.Done());
    }

    @Test
    void on_mariadb_a_prepared_branch_that_wrote_nothing_is_said_to_be_rolled_back() {
        resource.answering(XAException.XA_RBROLLBACK);
        assertThat(new XaFinisher("stock", true).finish(resource, true, xid)).isEqualTo(new Ack.Done());
    }

    @ParameterizedTest
    @ValueSource(ints = {XAException.XAER_NOTA, XAException.XAER_RMERR})
    void no_such_branch_and_resource_manager_error_prove_nothing_while_it_is_listed(int code) {
        resource.listing(xid).answering(code, code);
        assertThat(commit()).isInstanceOf(Ack.Retry.class);
        assertThat(rollback()).isInstanceOf(Ack.Retry.class);
        resource.listed.clear();
        resource.answering(code, code);
        assertThat(commit()).isEqualTo(new Ack.Absent());
        assertThat(rollback()).isEqualTo(new Ack.Absent());
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                XAException.XAER_RMFAIL,
                XAException.XA_RETRY,
                0,
                XAException.XAER_PROTO,
                XAException.XAER_INVAL,
                XAException.XAER_OUTSIDE,
                XAException.XAER_ASYNC,
                12_345
            })
    void everything_else_is_asked_again(int code) {
        resource.answering(code, code);
        assertThat(commit()).isInstanceOf(Ack.Retry.class);
        assertThat(rollback()).isInstanceOf(Ack.Retry.class);
    }

    @Test
    void what_a_pool_hides_behind_a_failure_of_the_resource_is_what_counts() {
        assertThat(hidden(XAException.XAER_NOTA)).isEqualTo(new Ack.Absent());
        assertThat(hidden(XAException.XA_HEURCOM)).isEqualTo(new Ack.Done());
        assertThat(hidden(XAException.XA_HEURRB)).isInstanceOf(Ack.Heuristic.class);
        assertThat(hidden(XAException.XAER_RMFAIL)).isInstanceOf(Ack.Retry.class);
        resource.listing(xid);
        assertThat(hidden(XAException.XAER_NOTA)).isInstanceOf(Ack.Retry.class);
    }

    private Ack hidden(int code) {
        XAException shown = new XAException(XAException.XAER_RMFAIL);
        shown.initCause(new XAException(code));
        return finisher.judge(resource, true, xid, shown);
    }

    private Found found(boolean commit, int code) {
        resource.answering(code);
        Ack ack = new XaFinisher("queue", false).finish(resource, commit, xid);
        assertThat(ack).isInstanceOf(Ack.Heuristic.class);
        return ((Ack.Heuristic) ack).found();
    }

    private Ack commit() {
        return finisher.finish(resource, true, xid);
    }

    private Ack rollback() {
        return finisher.finish(resource, false, xid);
    }
}
