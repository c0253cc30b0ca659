package io.tallystick.xa.database;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.BranchDriver.Opening;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.JdbcBranch;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.postgresql.ds.PGSimpleDataSource;

/** A PostgreSQL with two items and a driver, and what the tests of its branches share. */
abstract class PostgresScene {

    /** Only a test that fails waits for its end. */
    static final Duration BUDGET = Duration.ofSeconds(30);

    private static final AtomicLong COUNTER = new AtomicLong(1);

    final TestDatabase db;
    final List<AutoCloseable> opened = new ArrayList<>();
    final PostgresBranchDriver driver;

    PostgresScene(TestDatabase db) {
        this.db = db;
        this.driver = driver(db.port(), "");
    }

    @BeforeEach
    void tables() {
        Schema.of(Jdbc.on(db.dataSource())).install("xa");
        db.execute(
                "DROP TABLE IF EXISTS line, item",
                "CREATE TABLE item (id INT PRIMARY KEY, amount INT NOT NULL)",
                "CREATE TABLE line (item INT REFERENCES item (id) DEFERRABLE INITIALLY DEFERRED)",
                "INSERT INTO item VALUES (1, 100), (2, 100)",
                "DELETE FROM tally_decision");
    }

    /** Asks over connections of its own: those of the driver may have ended with a server that the test restarted. */
    @AfterEach
    void end() throws Exception {
        PostgresBranchDriver sweeper = driver(db.port(), "");
        sweeper.prepared().forEach(left -> sweeper.rollback(left.xid(), "", BUDGET));
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    static Opening opening() {
        return new Opening(null, Instant.now().plusSeconds(60));
    }

    static BranchXid xid() {
        long n = COUNTER.getAndIncrement();
        Gtrid gtrid = new Gtrid(7, Gtrid.hash("orders"), 12, 1, n, Instant.ofEpochSecond(1_790_000_000));
        return new BranchXid(gtrid, 1, Gtrid.hash("orders"), n * 31);
    }

    DecisionRecord decision() {
        BranchXid elsewhere = xid();
        return new DecisionRecord(
                elsewhere.gtrid(),
                List.of(new DecisionRecord.Voted(elsewhere, "stock", "1/1", "7@00000001")),
                Instant.now());
    }

    /** Leaves a branch prepared that changed this item; returns its hint. */
    String prepared(BranchXid xid, int item) throws SQLException {
        JdbcBranch branch = driver.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = " + item);
        String hint = BranchScene.hint(branch.prepare(xid, BUDGET));
        branch.release();
        return hint;
    }

    static void execute(JdbcBranch branch, String sql) throws SQLException {
        try (Connection handle = branch.connection();
                Statement statement = handle.createStatement()) {
            statement.execute(sql);
        }
    }

    static String text(JdbcBranch branch, String sql) throws SQLException {
        try (Connection handle = branch.connection();
                Statement statement = handle.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    long number(String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    long amount(int id) throws SQLException {
        return number("SELECT amount FROM item WHERE id = " + id);
    }

    PGSimpleDataSource source(int port, String options) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://127.0.0.1:" + port + "/" + db.name() + options);
        source.setUser(db.user());
        source.setPassword(db.password());
        return source;
    }

    PostgresBranchDriver driver(int port, String options) {
        return track(PostgresBranchDriver.on(source(port, options), PoolSettings.of("orders", 4)));
    }

    PostgresBranchDriver track(PostgresBranchDriver made) {
        opened.add(0, made);
        return made;
    }

    RoundTrips network() {
        RoundTrips network = RoundTrips.to(db.host(), db.port());
        opened.add(network);
        return network;
    }

    FaultProxy proxy() {
        FaultProxy proxy = FaultProxy.to(db.host(), db.port());
        opened.add(proxy);
        return proxy;
    }
}
