package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.BranchDriver.Opening;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.DecisionStore.Life;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.JdbcBranchDriver;
import io.tallystick.xa.Vote;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A real prepared branch in a database with decisions, no engine running, and a person at the command line. */
abstract class TxScene {

    private static final AtomicLong COUNTER = new AtomicLong(1);
    private static final Duration BUDGET = Duration.ofSeconds(10);

    final TestDatabase db;
    JdbcBranchDriver driver;
    JdbcDecisionStore store;
    Life life;
    Gtrid gtrid;

    TxScene(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    final void scene() {
        assertThat(Run.on(db, "schema", "install", "xa").exit()).isZero();
        db.execute(
                "DROP TABLE IF EXISTS item",
                "CREATE TABLE item (id INT PRIMARY KEY, amount INT NOT NULL)",
                "INSERT INTO item VALUES (1, 100), (2, 100)",
                "DELETE FROM tally_decision",
                "DELETE FROM tally_heuristic");
        PoolSettings settings = PoolSettings.of("orders", 2);
        driver = switch (db.engine()) {
            case POSTGRESQL -> PostgresBranchDriver.on(db.dataSource(), settings);
            case MARIADB -> InnoDbBranchDriver.mariadb(db.dataSource(), settings);
            case MYSQL -> InnoDbBranchDriver.mysql(db.dataSource(), settings);
        };
        store = JdbcDecisionStore.on("orders", Jdbc.on(db.dataSource()));
        life = store.register(Gtrid.hash("shop"), COUNTER.incrementAndGet(), Duration.ofMinutes(5));
        gtrid = another();
    }

    /** A transaction of the same coordinator. */
    final Gtrid another() {
        return new Gtrid(
                life.cluster(),
                Gtrid.hash("orders"),
                life.node(),
                life.epoch(),
                COUNTER.incrementAndGet(),
                Instant.now());
    }

    @AfterEach
    final void close() {
        driver.prepared().forEach(left -> driver.rollback(left.xid(), "", BUDGET));
        driver.close();
        store.close();
    }

    /** A branch as by a coordinator that died. */
    final Voted prepare() throws SQLException {
        Voted voted = prepareAndLive();
        store.leave(life);
        return voted;
    }

    /** A branch whose coordinator lives. */
    final Voted prepareAndLive() throws SQLException {
        return prepareAndLive(1);
    }

    /** The same that has changed this item. */
    final Voted prepareAndLive(int item) throws SQLException {
        BranchXid xid = new BranchXid(gtrid, 1, Gtrid.hash("orders"), COUNTER.incrementAndGet());
        JdbcBranch branch = (JdbcBranch) driver.open(new Opening(
                driver.traits().namedAtStart() ? xid : null, Instant.now().plusSeconds(30)));
        try (Statement statement = branch.connection().createStatement()) {
            statement.executeUpdate("UPDATE item SET amount = 70 WHERE id = " + item);
        }
        Vote vote = branch.prepare(xid, BUDGET);
        assertThat(vote).isInstanceOf(Vote.Prepared.class);
        branch.release();
        return new Voted(xid, "orders", driver.incarnation(), ((Vote.Prepared) vote).hint());
    }

    /** Prepared by somebody who is no engine of ours, as the database is told of it. */
    final void prepareByHand(TestDatabase where, String name, String sql) throws SQLException {
        try (Connection connection = where.connect();
                Statement statement = connection.createStatement()) {
            if (where.engine() == Engine.POSTGRESQL) {
                statement.execute("BEGIN");
                statement.execute(sql);
                statement.execute("PREPARE TRANSACTION " + name);
            } else {
                statement.execute("XA START " + name);
                statement.execute(sql);
                statement.execute("XA END " + name);
                statement.execute("XA PREPARE " + name);
            }
        }
    }

    /** Waits until the session that prepared it has let go of it. */
    final void rollbackByHand(TestDatabase where, String name) {
        await().ignoreExceptions().until(() -> {
            where.execute((where.engine() == Engine.POSTGRESQL ? "ROLLBACK PREPARED " : "XA ROLLBACK ") + name);
            return true;
        });
    }

    final int amount() {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query("SELECT amount FROM item WHERE id = 1", row -> row.intValue("amount")))
                .get(0);
    }

    /** A command that is told of this database alone, as {@code orders}. */
    final Run tx(String... args) {
        return tx(Terminal.PIPE, List.of(), args);
    }

    /** The same on such a terminal, and with other databases besides. */
    final Run tx(Terminal terminal, List<String> others, String... args) {
        List<String> all = new ArrayList<>(List.of("tx"));
        all.addAll(Arrays.asList(args));
        all.addAll(List.of("--resource", "orders=" + db.url()));
        all.addAll(others);
        return Run.on(db, terminal, all.toArray(String[]::new));
    }
}
