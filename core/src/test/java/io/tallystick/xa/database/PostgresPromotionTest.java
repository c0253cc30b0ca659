package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.Finding;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.Vote;
import java.io.IOException;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;

/** A replica takes the place of a database in which branches are prepared. */
@Databases(value = Engine.POSTGRESQL, ownServer = true)
class PostgresPromotionTest extends PostgresScene {

    PostgresPromotionTest(TestDatabase db) {
        super(db);
    }

    @Test
    void prepared_branches_move_with_the_promoted_replica_and_numbers_of_the_old_one_count_no_more()
            throws SQLException, IOException {
        BranchXid kept = xid();
        String keptHint = prepared(kept, 1);
        BranchXid gone = xid();
        String goneHint = prepared(gone, 2);
        assertThat(driver.rollback(gone, goneHint, BUDGET)).isEqualTo(new Ack.Done());
        String before = driver.incarnation();
        try (TestDatabase replica = PostgresStandby.coldCopyOf(db);
                PostgresBranchDriver standby =
                        PostgresBranchDriver.on(sourceOf(replica), PoolSettings.of("orders", 2))) {
            assertThat(standby.examine())
                    .filteredOn(found -> found.severity() == Finding.Severity.ERROR)
                    .extracting(Finding::found)
                    .contains("standby");
            replica.execute("SELECT pg_promote()");
            PostgresBranchDriver promoted =
                    track(PostgresBranchDriver.on(sourceOf(replica), PoolSettings.of("orders", 2)));
            assertThat(promoted.incarnation())
                    .as("the same system on another timeline")
                    .startsWith(before.substring(0, before.indexOf('/') + 1))
                    .isNotEqualTo(before);
            assertThat(promoted.prepared()).extracting(PreparedBranch::xid).containsExactly(kept);
            assertThat(promoted.commit(kept, keptHint, BUDGET)).isEqualTo(new Ack.Done());
            assertThat(promoted.commit(gone, goneHint, BUDGET))
                    .as("a number of the old timeline proves nothing on the new one")
                    .isEqualTo(new Ack.Absent());
            assertThat(promoted.fate(goneHint)).isEmpty();
            assertNewBranchesPrepare(promoted);
            promoted.close();
        }
    }

    private static void assertNewBranchesPrepare(PostgresBranchDriver promoted) throws SQLException {
        JdbcBranch branch = promoted.open(opening());
        execute(branch, "UPDATE item SET amount = 60 WHERE id = 2");
        assertThat(branch.prepare(xid(), BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
    }

    private DataSource sourceOf(TestDatabase replica) {
        return source(replica.port(), "");
    }
}
