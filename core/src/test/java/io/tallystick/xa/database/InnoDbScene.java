package io.tallystick.xa.database;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.TestDatabase;
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
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.mariadb.jdbc.MariaDbDataSource;

/** A MariaDB or MySQL resource with a table of accounts, and what tests do with it. */
final class InnoDbScene implements AutoCloseable {

    /** Only a test that fails waits for its end. */
    static final Duration BUDGET = Duration.ofSeconds(30);

    private static final AtomicLong COUNTER = new AtomicLong();

    final TestDatabase db;
    final InnoDbBranchDriver driver;

    private InnoDbScene(TestDatabase db, InnoDbBranchDriver driver) {
        this.db = db;
        this.driver = driver;
    }

    /** On a database of its own: what a failed test leaves locked holds up no other. */
    static InnoDbScene on(TestDatabase server) {
        TestDatabase db = server.createDatabase();
        return on(db, db.dataSource(), settings());
    }

    static InnoDbScene on(TestDatabase db, DataSource source, PoolSettings settings) {
        db.execute(
                "CREATE TABLE IF NOT EXISTS account (id INT PRIMARY KEY, balance INT NOT NULL) ENGINE=InnoDB",
                "REPLACE INTO account VALUES (1, 100), (2, 100)");
        Schema.of(Jdbc.on(db.dataSource(), dialect(db))).install("xa");
        return new InnoDbScene(db, driver(db, source, settings));
    }

    static InnoDbBranchDriver driver(TestDatabase db, DataSource source, PoolSettings settings) {
        return dialect(db) == Dialect.MARIADB
                ? InnoDbBranchDriver.mariadb(source, settings)
                : InnoDbBranchDriver.mysql(source, settings);
    }

    static PoolSettings settings() {
        return PoolSettings.of("stock", 4);
    }

    static Dialect dialect(TestDatabase db) {
        return Dialect.valueOf(db.engine().name());
    }

    /** The same database through another port, for example a proxy's. */
    static DataSource through(TestDatabase db, int port) throws SQLException {
        MariaDbDataSource source = new MariaDbDataSource(db.url().replace(":" + db.port() + "/", ":" + port + "/"));
        source.setUser(db.user());
        source.setPassword(db.password());
        return source;
    }

    static DataSource as(TestDatabase db, String user) throws SQLException {
        MariaDbDataSource source = new MariaDbDataSource(db.url());
        source.setUser(user);
        source.setPassword(user);
        return source;
    }

    static BranchXid xid() {
        long n = COUNTER.incrementAndGet();
        // every byte value that a name can hold: the server must hand them back unchanged
        Gtrid gtrid = new Gtrid(0xFFFE8000, 0x00805C27, 0xFF80_0A0D_0022L, 1, n, Instant.EPOCH.plusMillis(n));
        return new BranchXid(gtrid, 1, Gtrid.hash("stock"), 0x8081_8283_FFFE_0000L + n);
    }

    static DecisionRecord decision(BranchXid xid) {
        return new DecisionRecord(
                xid.gtrid(),
                List.of(new DecisionRecord.Voted(xid, "elsewhere", "", "7")),
                Instant.parse("2026-11-22T10:00:00Z"));
    }

    JdbcBranch open(@Nullable BranchXid xid) {
        return driver.open(new Opening(xid, Instant.now().plusSeconds(30)));
    }

    JdbcBranch withdrawing(@Nullable BranchXid xid) throws SQLException {
        JdbcBranch branch = open(xid);
        execute(branch, "UPDATE account SET balance = balance - 10 WHERE id = 1");
        return branch;
    }

    static void execute(JdbcBranch branch, String sql) throws SQLException {
        try (Connection connection = branch.connection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    long balance() throws SQLException {
        return number("SELECT balance FROM account WHERE id = 1");
    }

    long decisions(BranchXid xid) throws SQLException {
        return number("SELECT COUNT(*) FROM tally_decision WHERE LOWER(HEX(gtrid)) = '" + xid.gtrid() + "'");
    }

    /** In one statement, and so in one snapshot: the server may still be at it. */
    long balanceAndWhatWasDecided(BranchXid xid) throws SQLException {
        return number("SELECT (SELECT balance FROM account WHERE id = 1) + 10 * COUNT(*) FROM tally_decision"
                + " WHERE LOWER(HEX(gtrid)) = '" + xid.gtrid() + "'");
    }

    List<BranchXid> prepared() {
        return driver.prepared().stream().map(p -> p.xid()).toList();
    }

    long session(JdbcBranch branch) throws SQLException {
        try (Statement statement = branch.connection().createStatement();
                ResultSet row = statement.executeQuery("SELECT CONNECTION_ID()")) {
            row.next();
            return row.getLong(1);
        }
    }

    boolean isAlive(long session) throws SQLException {
        return number("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = " + session) > 0;
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Override
    public void close() {
        driver.close();
    }
}
