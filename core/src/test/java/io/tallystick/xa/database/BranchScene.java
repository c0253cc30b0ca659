package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.BranchDriver.Opening;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.JdbcBranchDriver;
import io.tallystick.xa.Vote;
import io.tallystick.xa.decision.DecisionSql;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A database of its own with two items, a driver above a source that can fail, and what the tests of branches share. */
abstract class BranchScene {

    /** Only a test that fails waits for its end. */
    static final Duration BUDGET = Duration.ofSeconds(30);

    private static final AtomicLong COUNTER = new AtomicLong(1);

    final TestDatabase db;
    FaultyDataSource source;
    JdbcBranchDriver driver;

    BranchScene(TestDatabase db) {
        this.db = db;
        this.source = FaultyDataSource.around(db.dataSource());
        this.driver = driver(source, settings());
    }

    /** The driver under test. */
    abstract JdbcBranchDriver driver(DataSource from, PoolSettings settings);

    /** Ends the server's session of this connection, as an administrator does. */
    abstract void killSessionOf(Connection connection) throws SQLException;

    PoolSettings settings() {
        return PoolSettings.of("orders", 4).withBorrow(Duration.ofSeconds(30)).withLock(Duration.ofSeconds(5));
    }

    @BeforeEach
    void tables() {
        Jdbc jdbc = Jdbc.on(db.dataSource());
        Schema.of(jdbc).install("xa");
        db.execute(
                "DROP TABLE IF EXISTS item",
                "CREATE TABLE item (id INT PRIMARY KEY, amount INT NOT NULL)",
                "INSERT INTO item VALUES (1, 100), (2, 100)",
                "DELETE FROM tally_decision");
    }

    /** Asks over connections of its own: those of the driver may have ended with a server or a session that the test ended. */
    @AfterEach
    void nothing_stays_prepared() {
        try (JdbcBranchDriver sweeper = driver(db.dataSource(), settings())) {
            sweeper.prepared().forEach(left -> sweeper.rollback(left.xid(), "", BUDGET));
        }
        driver.close();
    }

    JdbcBranch open() {
        Instant deadline = Instant.now().plusSeconds(60);
        return driver.open(new Opening(driver.traits().namedAtStart() ? xid(1) : null, deadline));
    }

    JdbcBranch openLocal() {
        return driver.open(new Opening(null, Instant.now().plusSeconds(60)));
    }

    /** The name under which it was begun, or a new one. */
    BranchXid xidOf(JdbcBranch branch) {
        BranchXid started = branch.startedAs();
        return started != null ? started : xid(1);
    }

    BranchXid xid(int number) {
        long n = COUNTER.getAndIncrement();
        return new BranchXid(gtrid(n), number, Gtrid.hash("orders"), n * 31);
    }

    Gtrid gtrid(long n) {
        return new Gtrid(7, Gtrid.hash("orders"), 11, 1, n, Instant.ofEpochSecond(1_790_000_000));
    }

    DecisionRecord decision() {
        BranchXid elsewhere = xid(2);
        return new DecisionRecord(
                elsewhere.gtrid(),
                List.of(new DecisionRecord.Voted(elsewhere, "stock", "1/1", "7@00000001")),
                Instant.now());
    }

    String tombstone(Gtrid gtrid) {
        DecisionRecord record = new DecisionRecord(gtrid, List.of(), Instant.now());
        return DecisionSql.insert(record, Dialect.valueOf(db.engine().name()));
    }

    static String hint(Vote vote) {
        assertThat(vote).isInstanceOf(Vote.Prepared.class);
        return ((Vote.Prepared) vote).hint();
    }

    static void update(JdbcBranch branch, int id, int amount) throws SQLException {
        try (Connection handle = branch.connection()) {
            update(handle, id, amount);
        }
    }

    static void update(Connection connection, int id, int amount) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("UPDATE item SET amount = ? WHERE id = ?")) {
            statement.setInt(1, amount);
            statement.setInt(2, id);
            assertThat(statement.executeUpdate()).isEqualTo(1);
        }
    }

    static int amountSeenBy(JdbcBranch branch, int id) throws SQLException {
        try (Connection handle = branch.connection()) {
            return amountSeenBy(handle, id);
        }
    }

    static int amountSeenBy(Connection connection, int id) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT amount FROM item WHERE id = ?")) {
            statement.setInt(1, id);
            try (ResultSet row = statement.executeQuery()) {
                assertThat(row.next()).isTrue();
                return row.getInt(1);
            }
        }
    }

    int amount(int id) throws SQLException {
        try (Connection connection = db.connect()) {
            return amountSeenBy(connection, id);
        }
    }

    int decisions() throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM tally_decision")) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Fails when somebody holds that row for longer than a server takes to notice that a session has ended. */
    void assertIsFree(int id) {
        await().ignoreExceptions().untilAsserted(() -> {
            try (Connection connection = db.connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.executeQuery("SELECT amount FROM item WHERE id = " + id + " FOR UPDATE NOWAIT");
                connection.rollback();
            }
        });
    }

    abstract boolean somebodyWaitsForALock() throws SQLException;

    /** Ends all sessions of the server but the one that does it. */
    abstract void endSessionsOfOthers() throws SQLException;
}
