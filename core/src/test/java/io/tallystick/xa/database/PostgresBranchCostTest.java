package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.io.IOException;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Round trips as the network sees them, and forced writes as the server counts them. */
@Databases(value = Engine.POSTGRESQL, ownServer = true)
class PostgresBranchCostTest extends PostgresScene {

    PostgresBranchCostTest(TestDatabase db) {
        super(db);
    }

    /** A connection that has rested, on a busy machine, for half a second is asked whether it lives; that would be counted, too. */
    @BeforeAll
    static void askForNoSignOfLife() {
        System.setProperty("com.zaxxer.hikari.aliveBypassWindowMs", "600000");
    }

    @AfterAll
    static void askAsEver() {
        System.clearProperty("com.zaxxer.hikari.aliveBypassWindowMs");
    }

    @Test
    void two_phases_cost_two_round_trips_and_a_decision_that_rides_costs_one() throws SQLException, IOException {
        RoundTrips network = network();
        PostgresBranchDriver counted = counted(network);
        JdbcBranch branch = counted.open(opening());
        network.reset();
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        assertThat(network.count()).as("BEGIN rides with the first statement").isEqualTo(1);
        assertThat(branch.prepare(xid(), BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(network.count())
                .as("number and PREPARE: %s", network.requests())
                .isEqualTo(2);
        assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
        assertThat(network.count())
                .as("COMMIT PREPARED: %s", network.requests())
                .isEqualTo(3);
        branch.release();

        JdbcBranch last = counted.open(opening());
        network.reset();
        execute(last, "UPDATE item SET amount = 70 WHERE id = 2");
        assertThat(last.commitAlone(decision(), BUDGET)).isEqualTo(new LastWord.Committed());
        assertThat(network.count())
                .as("statement, decision and COMMIT: %s", network.requests())
                .isEqualTo(2);
        last.release();
        assertThat(network.count()).as("giving back").isEqualTo(2);
        assertThat(number("SELECT count(*) FROM item WHERE amount = 70")).isEqualTo(2);
    }

    @Test
    void what_only_reads_is_asked_once_and_committed_and_what_did_nothing_costs_nothing()
            throws SQLException, IOException {
        RoundTrips network = network();
        PostgresBranchDriver counted = counted(network);
        JdbcBranch reader = counted.open(opening());
        network.reset();
        execute(reader, "SELECT * FROM item");
        assertThat(reader.prepare(xid(), BUDGET)).isEqualTo(new Vote.ReadOnly());
        assertThat(network.count()).as("%s", network.requests()).isEqualTo(3);
        reader.release();

        JdbcBranch idle = counted.open(opening());
        network.reset();
        assertThat(idle.prepare(xid(), BUDGET)).isEqualTo(new Vote.ReadOnly());
        idle.release();
        JdbcBranch unused = counted.open(opening());
        assertThat(unused.commitAlone(null, BUDGET)).isEqualTo(new LastWord.Committed());
        unused.release();
        JdbcBranch dropped = counted.open(opening());
        assertThat(dropped.rollback(BUDGET)).isEqualTo(new Ack.Done());
        dropped.release();
        assertThat(network.count()).as("%s", network.requests()).isZero();
    }

    @Test
    void the_fast_path_over_two_databases_forces_three_writes() throws SQLException {
        int transactions = 40;
        PoolSettings one = PoolSettings.of("stock", 1);
        PostgresBranchDriver stock = track(PostgresBranchDriver.on(db.dataSource(), one));
        PostgresBranchDriver orders = track(PostgresBranchDriver.on(db.dataSource(), PoolSettings.of("orders", 1)));
        fastPath(stock, orders);
        long before = forcedWrites(stock, orders);
        for (int i = 0; i < transactions; i++) {
            fastPath(stock, orders);
        }
        // the log writer may have been a moment faster than one of them
        assertThat(forcedWrites(stock, orders) - before).isBetween(3L * transactions - 10, 3L * transactions);
    }

    /** With one connection: a pool that fills itself in the background would be counted too. */
    private PostgresBranchDriver counted(RoundTrips network) {
        return track(PostgresBranchDriver.on(source(network.port(), ""), PoolSettings.of("orders", 1)));
    }

    private void fastPath(PostgresBranchDriver stock, PostgresBranchDriver orders) throws SQLException {
        JdbcBranch first = stock.open(opening());
        JdbcBranch last = orders.open(opening());
        execute(first, "UPDATE item SET amount = amount + 1 WHERE id = 1");
        execute(last, "UPDATE item SET amount = amount + 1 WHERE id = 2");
        assertThat(first.prepare(xid(), BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(last.commitAlone(decision(), BUDGET)).isEqualTo(new LastWord.Committed());
        assertThat(first.commit(BUDGET)).isEqualTo(new Ack.Done());
        first.release();
        last.release();
    }

    /** Of client sessions only; each reports its own figures when it is told to. */
    private long forcedWrites(PostgresBranchDriver... drivers) throws SQLException {
        for (PostgresBranchDriver each : drivers) {
            JdbcBranch branch = each.open(opening());
            execute(branch, "SELECT pg_stat_force_next_flush()");
            branch.rollback(BUDGET);
            branch.release();
        }
        return number("SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal' AND backend_type = 'client backend'");
    }
}
