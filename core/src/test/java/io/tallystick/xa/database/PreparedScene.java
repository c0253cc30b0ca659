package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.BranchDriver.Opening;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.JdbcBranchDriver;
import io.tallystick.xa.Vote;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** Two resources in two databases of one server, decisions in the first, and branches left there as by a coordinator that died. */
final class PreparedScene implements AutoCloseable {

    /** Only a test that fails waits for its end. */
    static final Duration BUDGET = Duration.ofSeconds(30);

    /** For engines whose transactions are to end as they do on an idle machine: no vote is late, however busy it is. */
    static final XaSettings PATIENT =
            XaSettings.standard().withTimeout(Duration.ofMinutes(5)).withPrepareBudget(Duration.ofMinutes(1));

    /** As patient, for who waits for what recovery does. */
    static final XaSettings QUICK_TO_RECOVER = PATIENT.withScanEvery(Duration.ofMillis(50))
            .withAckWait(Duration.ofMillis(100))
            .withLease(Duration.ofMillis(600));

    private static final AtomicLong COUNTER = new AtomicLong(1);

    final TestDatabase orders;
    final TestDatabase stock;
    final JdbcBranchDriver ordersDriver;
    final JdbcBranchDriver stockDriver;
    final JdbcDecisionStore store;
    final DecisionStore.Life life;

    PreparedScene(TestDatabase orders) {
        this.orders = orders;
        this.stock = orders.createDatabase();
        this.ordersDriver = driver(orders, "orders");
        this.stockDriver = driver(stock, "stock");
        Jdbc jdbc = Jdbc.on(orders.dataSource());
        Schema.of(jdbc).install("xa");
        for (TestDatabase db : List.of(orders, stock)) {
            db.execute(
                    "DROP TABLE IF EXISTS item",
                    "CREATE TABLE item (id INT PRIMARY KEY, amount INT NOT NULL)",
                    "INSERT INTO item VALUES (1, 100), (2, 100)");
        }
        orders.execute("DELETE FROM tally_decision", "DELETE FROM tally_heuristic", "DELETE FROM tally_xa_audit");
        this.store = JdbcDecisionStore.on("orders", jdbc);
        this.life = store.register(Gtrid.hash("shop"), COUNTER.incrementAndGet(), Duration.ofMinutes(5));
    }

    static JdbcBranchDriver driver(TestDatabase db, String name) {
        return driver(db.engine(), db.dataSource(), PoolSettings.of(name, 3).withBorrow(Duration.ofSeconds(30)));
    }

    static JdbcBranchDriver driver(Engine engine, DataSource source, PoolSettings settings) {
        return switch (engine) {
            case POSTGRESQL -> PostgresBranchDriver.on(source, settings);
            case MARIADB -> InnoDbBranchDriver.mariadb(source, settings);
            case MYSQL -> InnoDbBranchDriver.mysql(source, settings);
        };
    }

    /** The way to this database through a proxy. */
    static DataSource through(TestDatabase db, FaultProxy proxy) throws SQLException {
        String url = db.url().replace(":" + db.port() + "/", ":" + proxy.port() + "/");
        return source(db.engine(), url, db.user(), db.password());
    }

    static DataSource source(Engine engine, String url, String user, String password) throws SQLException {
        if (engine == Engine.POSTGRESQL) {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl(url);
            source.setUser(user);
            source.setPassword(password);
            return source;
        }
        MariaDbDataSource source = new MariaDbDataSource(url);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }

    Gtrid gtrid() {
        return new Gtrid(
                life.cluster(),
                Gtrid.hash("orders"),
                life.node(),
                life.epoch(),
                COUNTER.incrementAndGet(),
                Instant.now());
    }

    /** Sets the amount of item 1, prepares, and lets go of the connection. */
    Voted prepare(JdbcBranchDriver driver, Gtrid gtrid, int number, int amount) throws SQLException {
        return prepare(driver, gtrid, number, "UPDATE item SET amount = " + amount + " WHERE id = 1");
    }

    /** Does this, prepares, and lets go of the connection. */
    Voted prepare(JdbcBranchDriver driver, Gtrid gtrid, int number, String sql) throws SQLException {
        BranchXid xid = new BranchXid(gtrid, number, Gtrid.hash(driver.resource()), COUNTER.incrementAndGet());
        Instant deadline = Instant.now().plusSeconds(30);
        JdbcBranch branch =
                (JdbcBranch) driver.open(new Opening(driver.traits().namedAtStart() ? xid : null, deadline));
        try (Statement statement = branch.connection().createStatement()) {
            statement.executeUpdate(sql);
        }
        Vote vote = branch.prepare(xid, BUDGET);
        assertThat(vote).isInstanceOf(Vote.Prepared.class);
        branch.release();
        return new Voted(xid, driver.resource(), driver.incarnation(), ((Vote.Prepared) vote).hint());
    }

    /** Both branches prepared, nothing decided. */
    List<Voted> prepareBoth(Gtrid gtrid) throws SQLException {
        return List.of(prepare(ordersDriver, gtrid, 1, 70), prepare(stockDriver, gtrid, 2, 130));
    }

    void decide(Gtrid gtrid, List<Voted> branches) {
        store.commit(new DecisionRecord(gtrid, branches, Instant.now()));
    }

    /** Its coordinator is dead. */
    void die() {
        store.leave(life);
    }

    int amount(TestDatabase db) {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query("SELECT amount FROM item WHERE id = 1", row -> row.intValue("amount")))
                .get(0);
    }

    @Override
    public void close() {
        for (JdbcBranchDriver driver : List.of(ordersDriver, stockDriver)) {
            driver.prepared().forEach(left -> driver.rollback(left.xid(), "", BUDGET));
            driver.close();
        }
        store.close();
        stock.close();
    }
}
