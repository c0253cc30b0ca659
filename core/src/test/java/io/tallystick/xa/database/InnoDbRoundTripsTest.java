package io.tallystick.xa.database;

import static io.tallystick.xa.database.InnoDbScene.BUDGET;
import static io.tallystick.xa.database.InnoDbScene.decision;
import static io.tallystick.xa.database.InnoDbScene.xid;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a branch costs on the wire, beside the application's own statements. */
@Databases({Engine.MARIADB, Engine.MYSQL})
class InnoDbRoundTripsTest {

    private RoundTrips wire;
    private InnoDbScene scene;

    /** A connection that has rested, on a busy machine, for half a second is asked whether it lives; that would be counted, too. */
    @BeforeAll
    static void askForNoSignOfLife() {
        System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "600000");
    }

    @AfterAll
    static void askAsEver() {
        System.clearProperty("com.zaxxer.hikari.aliveBypassWindowMs");
    }

    @BeforeEach
    void open(TestDatabase server) throws Exception {
        TestDatabase db = server.createDatabase();
        wire = RoundTrips.to(db.host(), db.port());
        scene = InnoDbScene.on(db, InnoDbScene.through(db, wire.port()), PoolSettings.of("stock", 1));
        JdbcBranch first = scene.withdrawing(null);
        first.rollback(BUDGET);
        first.release();
    }

    @AfterEach
    void close() throws Exception {
        scene.close();
        wire.close();
    }

    @Test
    void the_last_participant_begins_for_nothing_and_decides_in_one_round_trip() throws Exception {
        wire.reset();
        JdbcBranch branch = scene.withdrawing(null);
        assertThat(wire.count()).as("the application's own").isOne();
        wire.reset();
        assertThat(branch.commitAlone(decision(xid()), BUDGET)).isEqualTo(new LastWord.Committed());
        branch.release();
        // MySQL has no block that ends at the first error, and a decision must never be skipped
        int trips = scene.db.engine() == Engine.MARIADB ? 1 : 2;
        assertThat(wire.count()).as("sent: %s", wire.requests()).isEqualTo(trips);
    }

    @Test
    void a_named_branch_takes_one_round_trip_to_begin_one_to_vote_and_one_to_end() throws Exception {
        BranchXid xid = xid();
        wire.reset();
        JdbcBranch branch = scene.open(xid);
        assertThat(wire.count()).as("to begin, %s", wire.requests()).isOne();
        InnoDbScene.execute(branch, "UPDATE account SET balance = 1 WHERE id = 1");
        wire.reset();
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Prepared.class);
        // what MySQL gets at once may be answered in pieces
        assertThat(wire.count())
                .as("to vote, %s", wire.requests())
                .isLessThanOrEqualTo(scene.db.engine() == Engine.MARIADB ? 1 : 2);
        wire.reset();
        assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(wire.count()).as("to end, %s", wire.requests()).isOne();
    }
}
