package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.DecisionRecord.Voted;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A resource that cannot tell how a branch ended says that it does not know it. */
class AbsenceTest {

    private final ScriptedBranchDriver stock = new ScriptedBranchDriver("stock");
    private final BranchXid xid = new BranchXid(
            new Gtrid(Gtrid.hash("bank"), Gtrid.hash("vault"), 5, 1, 1, Instant.now()), 1, Gtrid.hash("stock"), 1);
    private final Voted branch = new Voted(xid, "stock", "the former server", "");

    @Test
    void it_has_not_ended_when_only_one_of_two_looks_does_not_show_it() {
        AtomicInteger looks = new AtomicInteger();
        stock.beforeItScans = () -> {
            if (looks.incrementAndGet() == 2) {
                stock.prepared.add(new PreparedBranch(xid, null));
            }
        };

        assertThat(Absence.judged(stock, branch, Verdict.COMMIT)).isInstanceOf(Ack.Retry.class);
    }

    @Test
    void in_a_database_that_took_the_place_of_its_own_only_what_was_to_commit_may_be_lost() {
        stock.incarnation = "the new server";

        assertThat(Absence.judged(stock, branch, Verdict.ABORT)).isEqualTo(new Ack.Done());
        assertThat(Absence.judged(stock, branch, Verdict.COMMIT))
                .isInstanceOfSatisfying(
                        Ack.Heuristic.class,
                        lost -> assertThat(lost.evidence())
                                .contains("the former server")
                                .contains("the new server"));
    }

    @Test
    void what_was_committed_here_counts_only_in_the_database_in_which_it_was() {
        CommittedForOthers committed = new CommittedForOthers();
        committed.add(xid, "the former server");

        assertThat(committed.contains(xid, "the former server")).isTrue();
        assertThat(committed.contains(xid, "the new server")).isFalse();
    }
}
