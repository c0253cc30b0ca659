package io.tallystick.xa;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.time.VirtualClock;
import io.tallystick.xa.BranchDriver.Opening;
import io.tallystick.xa.BranchDriver.Traits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The double behaves as the databases do, in what the simulation relies on. */
class InMemoryDatabaseTest {

    private static final Duration BUDGET = Duration.ofSeconds(1);
    private static final Gtrid GTRID = new Gtrid(1, 2, 3, 4, 5, Instant.EPOCH);
    private static final BranchXid XID = new BranchXid(GTRID, 1, 6, 7);

    private final XaBook book = new XaBook();
    private final VirtualClock clock = new VirtualClock();
    private final InMemoryDecisionStore decisions = new InMemoryDecisionStore("db", clock);

    private InMemoryDatabase database(boolean asMariaDb) {
        return new InMemoryDatabase("db", new Traits(asMariaDb, true, asMariaDb), decisions, clock, book);
    }

    private static InMemoryBranchDriver driver(InMemoryDatabase database) {
        return new InMemoryBranchDriver(database, Wire.PERFECT, () -> false);
    }

    private static InMemoryBranchDriver.InMemoryBranch branch(InMemoryBranchDriver driver, boolean asMariaDb) {
        return (InMemoryBranchDriver.InMemoryBranch) driver.open(new Opening(asMariaDb ? XID : null, Instant.MAX));
    }

    @Test
    void prepared_work_survives_a_crash_and_other_work_does_not() {
        InMemoryDatabase database = database(false);
        InMemoryBranchDriver driver = driver(database);
        var prepared = branch(driver, false);
        prepared.write("prepared");
        assertThat(prepared.prepare(XID, BUDGET)).isInstanceOf(Vote.Prepared.class);
        var open = branch(driver, false);
        open.write("open");

        database.crash();
        database.up = true;

        assertThat(driver.prepared())
                .extracting(BranchDriver.PreparedBranch::xid)
                .containsExactly(XID);
        assertThat(driver.commit(XID, "", BUDGET)).isEqualTo(new Ack.Done());
        assertThat(open.commitAlone(null, BUDGET)).isInstanceOf(LastWord.RolledBack.class);
        assertThat(database.contains("prepared")).isTrue();
        assertThat(database.contains("open")).isFalse();
    }

    @Test
    void as_mariadb_it_hides_a_prepared_branch_while_its_session_is_attached() {
        InMemoryDatabase database = database(true);
        InMemoryBranchDriver driver = driver(database);
        var owner = branch(driver, true);
        owner.write("row");
        owner.prepare(XID, BUDGET);

        assertThat(driver.commit(XID, "", BUDGET)).isEqualTo(new Ack.Absent());
        assertThat(driver.prepared()).hasSize(1);

        owner.release();

        assertThat(driver.commit(XID, "", BUDGET)).isEqualTo(new Ack.Done());
        assertThat(driver.fate("xid8:db:1")).isEmpty();
    }

    @Test
    void as_postgresql_it_tells_what_became_of_a_branch_and_knows_who_only_read() {
        InMemoryDatabase database = database(false);
        InMemoryBranchDriver driver = driver(database);
        assertThat(branch(driver, false).prepare(XID, BUDGET)).isEqualTo(new Vote.ReadOnly());
        var writer = branch(driver, false);
        writer.write("row");
        Vote vote = writer.prepare(XID, BUDGET);

        database.intervene(XID, false);

        assertThat(writer.commit(BUDGET)).isEqualTo(new Ack.Absent());
        assertThat(driver.fate(((Vote.Prepared) vote).hint())).contains(Ack.Found.ROLLED_BACK);
    }

    @Test
    void a_decision_that_rides_meets_the_tombstone() {
        InMemoryDatabase database = database(false);
        var last = branch(driver(database), false);
        last.write("row");
        decisions.abort(GTRID);

        LastWord word = last.commitAlone(new DecisionRecord(GTRID, List.of(), Instant.EPOCH), BUDGET);

        assertThat(word).isEqualTo(new LastWord.Overruled());
        assertThat(database.contains("row")).isFalse();
    }
}
