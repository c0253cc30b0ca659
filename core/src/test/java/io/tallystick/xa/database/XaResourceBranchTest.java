package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.xa.BranchXid;
import io.tallystick.xa.InMemoryDecisionStore;
import io.tallystick.xa.Vote;
import io.tallystick.xa.XaEngine;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import javax.transaction.xa.XAException;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A branch on a connection of somebody else's pool: that pool hands the connection to the next one as it is. */
class XaResourceBranchTest {

    private final List<String> told = new ArrayList<>();
    private final XaEngine engine = XaEngine.named("branches")
            .decisions(new InMemoryDecisionStore("memory", InstantSource.system()))
            .open();
    private int endAnswers;

    @AfterEach
    void close() {
        engine.close();
    }

    @Test
    void given_up_before_its_vote_it_is_rolled_back_for_nobody_asks_for_it_any_more() throws Exception {
        start().giveUp();
        assertThat(told).containsExactly("start", "end", "rollback");
    }

    @Test
    void an_end_that_only_marked_it_for_rollback_is_followed_by_the_rollback() throws Exception {
        XaResourceBranch branch = start();
        endAnswers = XAException.XA_RBDEADLOCK;
        assertThat(branch.prepare(branch.startedAs(), Duration.ofSeconds(1))).isInstanceOf(Vote.No.class);
        assertThat(told).endsWith("rollback").doesNotContain("prepare");
    }

    private XaResourceBranch start() throws XAException {
        var transaction = engine.begin();
        BranchXid xid = transaction.nameBranch("other");
        transaction.rollback();
        XAResource resource = (XAResource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {XAResource.class}, (proxy, method, arguments) -> {
                    told.add(method.getName());
                    if (method.getName().equals("end") && endAnswers != 0) {
                        throw new XAException(endAnswers);
                    }
                    return method.getReturnType() == int.class ? XAResource.XA_OK : null;
                });
        return XaResourceBranch.start("other", resource, xid, () -> {});
    }
}
