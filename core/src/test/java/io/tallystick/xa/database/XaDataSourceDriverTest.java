package io.tallystick.xa.database;

import static io.tallystick.xa.database.InnoDbScene.BUDGET;
import static io.tallystick.xa.database.InnoDbScene.execute;
import static io.tallystick.xa.database.InnoDbScene.xid;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.crash.FaultyXaDataSource;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchDriver.Opening;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import javax.sql.XADataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.xa.PGXADataSource;

/** The adapter over the drivers' own XADataSources. */
@Databases(ownServer = true)
class XaDataSourceDriverTest {

    private TestDatabase db;
    private FaultyXaDataSource source;
    private XaDataSourceDriver driver;

    @BeforeEach
    void open(TestDatabase server) throws SQLException {
        db = server;
        db.execute(
                "DROP TABLE IF EXISTS item",
                "CREATE TABLE item (id INT PRIMARY KEY, amount INT NOT NULL)",
                "INSERT INTO item VALUES (1, 100)");
        source = FaultyXaDataSource.around(xaDataSource());
        driver = XaDataSourceDriver.on(
                source.dataSource(),
                PoolSettings.of("stock", 4),
                Dialect.valueOf(db.engine().name()));
    }

    @AfterEach
    void close() {
        source.heal();
        prepared().forEach(left -> driver.rollback(left, "", BUDGET));
        driver.close();
    }

    private XADataSource xaDataSource() throws SQLException {
        if (db.engine() != Engine.POSTGRESQL) {
            MariaDbDataSource maria = new MariaDbDataSource(db.url());
            maria.setUser(db.user());
            maria.setPassword(db.password());
            return maria;
        }
        PGXADataSource postgres = new PGXADataSource();
        postgres.setUrl(db.url());
        postgres.setUser(db.user());
        postgres.setPassword(db.password());
        return postgres;
    }

    @Test
    void branches_are_prepared_and_finished_and_connections_used_again() throws SQLException {
        for (int i = 1; i <= 10; i++) {
            BranchXid xid = xid();
            JdbcBranch branch = writing(xid);
            assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Prepared.class);
            assertThat(prepared()).contains(xid);
            assertThat(i % 2 == 0 ? branch.rollback(BUDGET) : branch.commit(BUDGET))
                    .isEqualTo(new Ack.Done());
            branch.release();
        }
        assertThat(amount()).isEqualTo(95);
        assertThat(prepared()).isEmpty();
        assertThat(source.log().stream().filter(call -> call.method().equals("getXAConnection")))
                .as("physical connections made")
                .hasSizeLessThanOrEqualTo(8);
    }

    @Test
    void a_branch_alone_commits_in_one_phase() throws SQLException {
        JdbcBranch branch = writing(xid());
        assertThat(branch.commitAlone(null, BUDGET)).isEqualTo(new LastWord.Committed());
        branch.release();
        assertThat(amount()).isEqualTo(99);
    }

    @Test
    void an_unprepared_branch_is_rolled_back() throws SQLException {
        JdbcBranch branch = writing(xid());
        assertThat(branch.rollback(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(amount()).isEqualTo(100);
        assertThat(prepared()).isEmpty();
    }

    @Test
    void what_only_read_never_stays_prepared() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = driver.open(new Opening(xid, Instant.now().plusSeconds(60)));
        execute(branch, "SELECT amount FROM item");
        if (branch.prepare(xid, BUDGET) instanceof Vote.Prepared) {
            assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
        }
        branch.release();
        assertThat(prepared()).isEmpty();
    }

    @Test
    void what_a_crash_left_is_found_and_finished_by_name() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = writing(xid);
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Prepared.class);
        branch.release();
        assertThat(prepared()).contains(xid);
        // the server takes a moment to notice that the session is gone
        await().untilAsserted(() -> assertThat(driver.commit(xid, "", BUDGET)).isEqualTo(new Ack.Done()));
        assertThat(driver.commit(xid, "", BUDGET)).isEqualTo(new Ack.Absent());
        assertThat(amount()).isEqualTo(99);
    }

    @Test
    void a_lost_answer_to_prepare_is_an_unknown_vote_and_leaves_nothing() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = writing(xid);
        source.failOn(call -> call.method().equals("xa prepare"), JdbcFault.lostReply());
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Unknown.class);
        await().untilAsserted(
                        () -> assertThat(branch.rollback(BUDGET)).isInstanceOfAny(Ack.Done.class, Ack.Absent.class));
        branch.release();
        assertThat(prepared()).isEmpty();
        assertThat(amount()).isEqualTo(100);
    }

    @Test
    void a_lost_answer_to_commit_is_asked_for_again_on_another_connection() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = writing(xid);
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Prepared.class);
        source.failOn(call -> call.method().equals("xa commit"), JdbcFault.lostReply());
        assertThat(branch.commit(BUDGET)).isInstanceOf(Ack.Retry.class);
        assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Absent());
        branch.release();
        assertThat(amount()).isEqualTo(99);
    }

    @Test
    void a_lost_request_to_commit_is_sent_again_on_another_connection() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch branch = writing(xid);
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Prepared.class);
        source.failOn(call -> call.method().equals("xa commit"), JdbcFault.lostRequest());
        assertThat(branch.commit(BUDGET)).isInstanceOf(Ack.Retry.class);
        await().untilAsserted(() -> assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done()));
        branch.release();
        assertThat(amount()).isEqualTo(99);
    }

    @Test
    void a_scan_that_failed_is_no_empty_one() {
        source.failOn(call -> call.method().equals("xa recover"), JdbcFault.lostReply());
        assertThatThrownBy(driver::prepared)
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("stock");
        source.failOn(call -> call.method().equals("xa recover"), JdbcFault.lostReply());
        assertThat(driver.examine()).isNotEmpty();
        assertThat(driver.examine()).isEmpty();
    }

    @Test
    void a_branch_that_cannot_begin_costs_no_connection() {
        for (int i = 0; i < 10; i++) {
            source.failOn(call -> call.method().equals("xa start"), JdbcFault.lostRequest());
            assertThatThrownBy(() -> writing(xid())).isInstanceOf(UnavailableException.class);
        }
        assertThat(prepared()).isEmpty();
    }

    private JdbcBranch writing(BranchXid xid) throws SQLException {
        JdbcBranch branch = driver.open(new Opening(xid, Instant.now().plusSeconds(60)));
        execute(branch, "UPDATE item SET amount = amount - 1 WHERE id = 1");
        return branch;
    }

    private List<BranchXid> prepared() {
        return driver.prepared().stream().map(PreparedBranch::xid).toList();
    }

    private int amount() throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT amount FROM item")) {
            row.next();
            return row.getInt(1);
        }
    }
}
