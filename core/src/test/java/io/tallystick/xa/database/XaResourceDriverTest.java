package io.tallystick.xa.database;

import static io.tallystick.xa.database.InnoDbScene.BUDGET;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.Ack;
import io.tallystick.xa.Branch;
import io.tallystick.xa.BranchDriver.Opening;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.Test;

class XaResourceDriverTest {

    private final BranchXid xid = InnoDbScene.xid();
    private final ScriptedXaResource resource = new ScriptedXaResource();
    private final XaResourceDriver driver = XaResourceDriver.of("queue", () -> resource);

    @Test
    void a_branch_is_begun_without_joining_and_ended_before_its_vote() {
        Branch branch = open();
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(resource.calls).containsExactly("start " + XAResource.TMNOFLAGS, "end", "prepare", "commit");
    }

    @Test
    void a_branch_alone_commits_in_one_phase() {
        assertThat(open().commitAlone(null, BUDGET)).isEqualTo(new LastWord.Committed());
        assertThat(resource.calls).endsWith("end", "commit one phase");
    }

    @Test
    void a_read_only_vote_takes_no_part_in_phase_two() {
        resource.voting(XAResource.XA_RDONLY);
        assertThat(open().prepare(xid, BUDGET)).isEqualTo(new Vote.ReadOnly());
    }

    @Test
    void a_rollback_in_answer_to_prepare_is_a_no_and_silence_is_unknown() {
        resource.answering(XAException.XA_RBTIMEOUT);
        assertThat(open().prepare(xid, BUDGET)).isInstanceOf(Vote.No.class);
        resource.answering(XAException.XAER_RMFAIL);
        assertThat(open().prepare(xid, BUDGET)).isInstanceOf(Vote.Unknown.class);
    }

    @Test
    void only_our_branches_are_listed() {
        resource.listing(new PrintableXid(xid)).listing(new Stranger());
        assertThat(driver.prepared()).containsExactly(new PreparedBranch(xid, null));
    }

    @Test
    void a_resource_that_cannot_be_reached_has_no_empty_list() {
        XaResourceDriver away = XaResourceDriver.of("queue", () -> {
            throw new IllegalStateException("broker is away");
        });
        assertThatThrownBy(away::prepared)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("queue")
                .hasMessageContaining("broker is away");
        assertThat(away.commit(xid, "", BUDGET)).isInstanceOf(Ack.Retry.class);
        assertThat(away.examine()).hasSize(1);
        assertThat(driver.examine()).isEmpty();
    }

    @Test
    void one_that_connects_only_when_a_scan_begins_says_what_became_of_a_branch() {
        resource.answering(XAException.XAER_NOTA);
        XaResourceDriver lazy = XaResourceDriver.of("queue", this::connectingAtAScan);
        assertThat(lazy.commit(xid, "", BUDGET)).isEqualTo(new Ack.Absent());
        assertThat(lazy.rollback(xid, "", BUDGET)).isEqualTo(new Ack.Done());
    }

    private XAResource connectingAtAScan() {
        AtomicBoolean connected = new AtomicBoolean();
        return (XAResource) Proxy.newProxyInstance(
                XAResource.class.getClassLoader(), new Class<?>[] {XAResource.class}, (proxy, method, given) -> {
                    connected.compareAndSet(false, method.getName().equals("recover"));
                    if (!connected.get()) {
                        throw new NullPointerException("not connected");
                    }
                    try {
                        return method.invoke(resource, given);
                    } catch (InvocationTargetException e) {
                        throw e.getTargetException();
                    }
                });
    }

    private Branch open() {
        return driver.open(new Opening(xid, Instant.EPOCH));
    }

    private record Stranger() implements javax.transaction.xa.Xid {
        @Override
        public int getFormatId() {
            return 4711;
        }

        @Override
        public byte[] getGlobalTransactionId() {
            return new byte[] {1};
        }

        @Override
        public byte[] getBranchQualifier() {
            return new byte[] {2};
        }
    }
}
