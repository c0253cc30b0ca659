package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.net.FaultProxy;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchDriver.Opening;
import io.tallystick.xa.BranchDriver.PreparedBranch;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.LastWord;
import io.tallystick.xa.Vote;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.xa.PGXADataSource;

/** What is PostgreSQL's own: its prices, its oracle, its refusals. */
@Databases(value = Engine.POSTGRESQL, ownServer = true)
class PostgresBranchTest {

    private static final Duration BUDGET = Duration.ofSeconds(5);
    private static final AtomicLong COUNTER = new AtomicLong(1);

    private final TestDatabase db;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private PostgresBranchDriver driver;

    PostgresBranchTest(TestDatabase db) {
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

    @AfterEach
    void end() throws Exception {
        driver.prepared().forEach(left -> driver.rollback(left.xid(), "", BUDGET));
        for (AutoCloseable each : opened) {
            each.close();
        }
    }

    // ---- what it costs

    @Test
    void two_phases_cost_two_round_trips_and_a_decision_that_rides_costs_one() throws SQLException, IOException {
        RoundTrips network = network();
        PostgresBranchDriver counted = driver(network.port(), "");
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
        PostgresBranchDriver counted = driver(network.port(), "");
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

    // ---- votes

    @Test
    void a_query_whose_function_writes_is_prepared() throws SQLException {
        db.execute("CREATE OR REPLACE FUNCTION spend() RETURNS int LANGUAGE sql AS"
                + " 'UPDATE item SET amount = amount - 30 WHERE id = 1 RETURNING amount'");
        JdbcBranch branch = driver.open(opening());
        execute(branch, "SELECT spend()");
        assertThat(branch.prepare(xid(), BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(amount(1)).isEqualTo(70);
    }

    @Test
    void a_writing_statement_that_finds_no_row_leaves_nothing_prepared() throws SQLException {
        JdbcBranch branch = driver.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 7");
        assertThat(branch.prepare(xid(), BUDGET)).isEqualTo(new Vote.ReadOnly());
        branch.release();
        assertThat(driver.prepared()).isEmpty();
    }

    @Test
    void a_constraint_that_is_checked_at_the_end_is_a_no() throws SQLException {
        JdbcBranch branch = driver.open(opening());
        execute(branch, "INSERT INTO line VALUES (7)");
        assertThat(branch.prepare(xid(), BUDGET))
                .isInstanceOfSatisfying(
                        Vote.No.class, no -> assertThat(no.reason()).contains("foreign key"));
        branch.release();
        JdbcBranch last = driver.open(opening());
        execute(last, "INSERT INTO line VALUES (7)");
        assertThat(last.commitAlone(null, BUDGET)).isInstanceOf(LastWord.RolledBack.class);
        last.release();
        JdbcBranch deciding = driver.open(opening());
        execute(deciding, "INSERT INTO line VALUES (7)");
        assertThat(deciding.commitAlone(decision(), BUDGET)).isInstanceOf(LastWord.RolledBack.class);
        deciding.release();
        assertThat(number("SELECT count(*) FROM line")).isZero();
        assertThat(number("SELECT count(*) FROM tally_decision")).isZero();
        assertThat(driver.prepared()).isEmpty();
    }

    @Test
    void a_transaction_that_failed_before_is_never_taken_for_committed_even_when_the_driver_keeps_silent()
            throws SQLException {
        for (String option : List.of("", "?raiseExceptionOnSilentRollback=false")) {
            PostgresBranchDriver silent = driver(db.port(), option);
            JdbcBranch prepared = failedBefore(silent);
            assertThat(prepared.prepare(xid(), BUDGET))
                    .isInstanceOfSatisfying(
                            Vote.No.class, no -> assertThat(no.reason()).contains("nonsense"));
            prepared.release();
            JdbcBranch alone = failedBefore(silent);
            assertThat(alone.commitAlone(null, BUDGET))
                    .isInstanceOfSatisfying(
                            LastWord.RolledBack.class,
                            no -> assertThat(no.reason()).contains("nonsense"));
            alone.release();
            JdbcBranch deciding = failedBefore(silent);
            assertThat(deciding.commitAlone(decision(), BUDGET)).isInstanceOf(LastWord.RolledBack.class);
            deciding.release();
        }
        assertThat(amount(1)).isEqualTo(100);
        assertThat(number("SELECT count(*) FROM tally_decision")).isZero();
        assertThat(driver.prepared()).isEmpty();
    }

    private JdbcBranch failedBefore(PostgresBranchDriver in) throws SQLException {
        JdbcBranch branch = in.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        assertThatThrownBy(() -> execute(branch, "SELECT nonsense")).isInstanceOf(SQLException.class);
        return branch;
    }

    @Test
    void what_cannot_be_prepared_is_a_no_that_says_why() throws SQLException {
        refused("temporary", "CREATE TEMPORARY TABLE scratch (id int)");
        refused("LISTEN", "LISTEN orders");
        refused("NOTIFY", "NOTIFY orders");
        refused("HOLD", "DECLARE c CURSOR WITH HOLD FOR SELECT * FROM item");
        assertThat(driver.prepared()).isEmpty();
    }

    private void refused(String word, String sql) throws SQLException {
        JdbcBranch branch = driver.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        execute(branch, sql);
        assertThat(branch.prepare(xid(), BUDGET))
                .as(sql)
                .isInstanceOfSatisfying(
                        Vote.No.class, no -> assertThat(no.reason()).containsIgnoringCase(word));
        branch.release();
    }

    @Test
    void a_name_that_is_taken_is_a_no_and_leaves_the_other_alone() throws SQLException {
        BranchXid xid = xid();
        JdbcBranch first = driver.open(opening());
        execute(first, "UPDATE item SET amount = 70 WHERE id = 1");
        first.prepare(xid, BUDGET);
        JdbcBranch second = driver.open(opening());
        execute(second, "UPDATE item SET amount = 70 WHERE id = 2");
        assertThat(second.prepare(xid, BUDGET)).isInstanceOf(Vote.No.class);
        second.rollback(BUDGET);
        second.release();
        assertThat(first.commit(BUDGET)).isEqualTo(new Ack.Done());
        first.release();
        assertThat(amount(1)).isEqualTo(70);
        assertThat(amount(2)).isEqualTo(100);
    }

    @Test
    void a_serialization_failure_is_a_no() throws SQLException {
        JdbcBranch one = driver.open(opening());
        JdbcBranch two = driver.open(opening());
        for (JdbcBranch each : List.of(one, two)) {
            each.connection().setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
            execute(each, "SELECT sum(amount) FROM item");
        }
        execute(one, "UPDATE item SET amount = 70 WHERE id = 1");
        execute(two, "UPDATE item SET amount = 70 WHERE id = 2");
        assertThat(one.prepare(xid(), BUDGET)).isInstanceOf(Vote.Prepared.class);
        assertThat(two.prepare(xid(), BUDGET))
                .isInstanceOfSatisfying(
                        Vote.No.class, no -> assertThat(no.reason()).contains("40001"));
        assertThat(one.commit(BUDGET)).isEqualTo(new Ack.Done());
        one.release();
        two.release();
    }

    // ---- the oracle

    @Test
    void a_branch_that_somebody_else_finished_tells_how() throws SQLException {
        BranchXid committed = xid();
        String first = prepared(committed, 1);
        db.execute("COMMIT PREPARED '" + PostgresGid.of(committed) + "'");
        assertThat(driver.commit(committed, first, BUDGET)).isEqualTo(new Ack.Done());
        assertThat(driver.rollback(committed, first, BUDGET))
                .isInstanceOfSatisfying(
                        Ack.Heuristic.class, found -> assertThat(found.found()).isEqualTo(Ack.Found.COMMITTED));
        assertThat(driver.fate(first)).contains(Ack.Found.COMMITTED);

        BranchXid rolledBack = xid();
        String second = prepared(rolledBack, 2);
        assertThat(driver.fate(second)).as("still prepared").isEmpty();
        db.execute("ROLLBACK PREPARED '" + PostgresGid.of(rolledBack) + "'");
        assertThat(driver.rollback(rolledBack, second, BUDGET)).isEqualTo(new Ack.Done());
        assertThat(driver.commit(rolledBack, second, BUDGET)).isInstanceOfSatisfying(Ack.Heuristic.class, found -> {
            assertThat(found.found()).isEqualTo(Ack.Found.ROLLED_BACK);
            assertThat(found.evidence()).contains("pg_xact_status").contains(second);
        });
        assertThat(driver.fate(second)).contains(Ack.Found.ROLLED_BACK);
    }

    @Test
    void a_number_counts_only_in_the_database_that_gave_it() throws SQLException {
        BranchXid xid = xid();
        String hint = prepared(xid, 1);
        db.execute("COMMIT PREPARED '" + PostgresGid.of(xid) + "'");
        String elsewhere = hint.substring(0, hint.indexOf('@')) + "@00000000";
        assertThat(driver.commit(xid, elsewhere, BUDGET)).isEqualTo(new Ack.Absent());
        assertThat(driver.fate(elsewhere)).isEmpty();
        String later = "99999999" + hint.substring(hint.indexOf('@'));
        assertThat(driver.commit(xid, later, BUDGET)).isEqualTo(new Ack.Absent());
        for (String odd : List.of("", "@", "7", "x@00000000", "7@zz", "7@0123456789")) {
            assertThat(driver.commit(xid, odd, BUDGET)).as(odd).isEqualTo(new Ack.Absent());
        }
    }

    // ---- lost answers

    @Test
    void a_lost_answer_to_prepare_is_unknown_and_the_branch_is_found_and_rolled_back() throws SQLException {
        FaultProxy proxy = proxy();
        PostgresBranchDriver far = driver(proxy.port(), "");
        BranchXid xid = xid();
        JdbcBranch branch = far.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        proxy.dropReplyTo("PREPARE TRANSACTION");
        assertThat(branch.prepare(xid, BUDGET)).isInstanceOf(Vote.Unknown.class);
        assertThat(driver.prepared()).extracting(PreparedBranch::xid).containsExactly(xid);
        assertThat(branch.rollback(BUDGET)).isEqualTo(new Ack.Done());
        branch.release();
        assertThat(driver.prepared()).isEmpty();
        assertThat(amount(1)).isEqualTo(100);
    }

    @Test
    void a_lost_answer_to_commit_prepared_is_asked_again_and_the_oracle_says_done() throws SQLException {
        FaultProxy proxy = proxy();
        PostgresBranchDriver far = driver(proxy.port(), "");
        BranchXid xid = xid();
        JdbcBranch branch = far.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        String hint = BranchDriverContract.hint(branch.prepare(xid, BUDGET));
        proxy.dropReplyTo("COMMIT PREPARED");
        assertThat(branch.commit(BUDGET)).isInstanceOf(Ack.Retry.class);
        branch.release();
        await().untilAsserted(() -> assertThat(far.commit(xid, hint, BUDGET)).isEqualTo(new Ack.Done()));
        assertThat(amount(1)).isEqualTo(70);
    }

    @Test
    void a_lost_answer_to_the_commit_that_decides_is_unknown() throws SQLException {
        FaultProxy proxy = proxy();
        PostgresBranchDriver far = driver(proxy.port(), "");
        JdbcBranch branch = far.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        proxy.dropReplyTo("tally_decision");
        assertThat(branch.commitAlone(decision(), BUDGET)).isInstanceOf(LastWord.Unknown.class);
        branch.release();
        assertThat(number("SELECT count(*) FROM tally_decision")).isEqualTo(1);
        assertThat(amount(1)).isEqualTo(70);
    }

    @Test
    void a_half_open_connection_costs_the_budget_and_not_more_than_a_vote() throws SQLException {
        FaultProxy proxy = proxy();
        PostgresBranchDriver far = driver(proxy.port(), "");
        Duration little = Duration.ofMillis(200);
        JdbcBranch voting = far.open(opening());
        execute(voting, "UPDATE item SET amount = 70 WHERE id = 1");
        JdbcBranch deciding = far.open(opening());
        execute(deciding, "UPDATE item SET amount = 70 WHERE id = 2");
        BranchXid xid = xid();
        JdbcBranch finishing = far.open(opening());
        execute(finishing, "INSERT INTO item VALUES (3, 70)");
        String hint = BranchDriverContract.hint(finishing.prepare(xid, BUDGET));
        proxy.halfOpen();
        assertThat(voting.prepare(xid(), little)).isInstanceOf(Vote.Unknown.class);
        assertThat(deciding.commitAlone(decision(), little)).isInstanceOf(LastWord.Unknown.class);
        assertThat(finishing.commit(little)).isInstanceOf(Ack.Retry.class);
        proxy.heal();
        await().untilAsserted(() -> assertThat(voting.rollback(BUDGET)).isEqualTo(new Ack.Absent()));
        await().untilAsserted(() -> assertThat(far.commit(xid, hint, BUDGET)).isEqualTo(new Ack.Done()));
        for (JdbcBranch each : List.of(voting, deciding, finishing)) {
            each.release();
        }
        await().untilAsserted(
                        () -> assertThat(number("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'"))
                                .as("sessions that still hold locks")
                                .isZero());
        assertThat(driver.prepared()).isEmpty();
    }

    // ---- whose it is

    @Test
    void a_scan_sees_our_branches_of_this_database_and_no_strangers() throws SQLException {
        BranchXid xid = xid();
        Instant before = Instant.now().minusSeconds(60);
        prepared(xid, 1);
        try (TestDatabase other = db.createDatabase();
                PostgresBranchDriver there =
                        PostgresBranchDriver.on(other.dataSource(), PoolSettings.of("orders", 1))) {
            strangers();
            assertThat(driver.prepared()).singleElement().satisfies(found -> {
                assertThat(found.xid()).isEqualTo(xid);
                assertThat(found.since()).isAfter(before);
            });
            assertThat(there.prepared()).isEmpty();
            assertThat(there.commit(xid, "", BUDGET))
                    .isInstanceOfSatisfying(
                            Ack.Retry.class, later -> assertThat(later.reason()).contains("another database"));
        } finally {
            db.execute("ROLLBACK PREPARED 'foreign'", "ROLLBACK PREPARED '" + PostgresGid.PREFIX + "nonsense'");
        }
        assertThat(driver.rollback(xid, "", BUDGET)).isEqualTo(new Ack.Done());
    }

    private void strangers() throws SQLException {
        for (String gid : List.of("foreign", PostgresGid.PREFIX + "nonsense")) {
            try (Connection connection = db.connect();
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("INSERT INTO line VALUES (1)");
                statement.execute("PREPARE TRANSACTION '" + gid + "'");
            }
        }
    }

    @Test
    void the_postgresql_driver_reads_our_names() throws Exception {
        BranchXid xid = xid();
        prepared(xid, 1);
        PGXADataSource source = new PGXADataSource();
        source.setUrl(db.url());
        source.setUser(db.user());
        source.setPassword(db.password());
        XAConnection connection = source.getXAConnection();
        opened.add(connection::close);
        assertThat(connection.getXAResource().recover(XAResource.TMSTARTRSCAN))
                .singleElement()
                .matches(xid::names);
        connection.getXAResource().commit(connection.getXAResource().recover(XAResource.TMSTARTRSCAN)[0], false);
        assertThat(amount(1)).isEqualTo(70);
    }

    @Test
    void another_role_is_told_whose_branch_it_is_and_sees_what_it_lacks() throws SQLException {
        db.execute("DROP ROLE IF EXISTS clerk", "CREATE ROLE clerk LOGIN PASSWORD 'clerk'");
        BranchXid xid = xid();
        String hint = prepared(xid, 1);
        PGSimpleDataSource source = source(db.port(), "");
        source.setUser("clerk");
        source.setPassword("clerk");
        PostgresBranchDriver clerk = track(PostgresBranchDriver.on(source, PoolSettings.of("orders", 1)));
        assertThat(clerk.commit(xid, hint, BUDGET))
                .isInstanceOfSatisfying(
                        Ack.Retry.class, later -> assertThat(later.reason()).contains("another role"));
        assertThat(clerk.incarnation()).as("an ordinary role knows where it is").isEqualTo(driver.incarnation());
        assertThat(clerk.examine())
                .extracting(Finding::subject)
                .contains("owner of prepared transactions", "tables for decisions");
        assertThat(driver.commit(xid, hint, BUDGET)).isEqualTo(new Ack.Done());
    }

    @Test
    void a_server_that_hides_its_identifier_is_used_without_the_oracle() throws SQLException {
        db.execute(
                "DROP ROLE IF EXISTS guest",
                "CREATE ROLE guest LOGIN PASSWORD 'guest'",
                "GRANT UPDATE, SELECT ON item TO guest",
                "REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC");
        try {
            PGSimpleDataSource source = source(db.port(), "");
            source.setUser("guest");
            source.setPassword("guest");
            PostgresBranchDriver guest = track(PostgresBranchDriver.on(source, PoolSettings.of("orders", 1)));
            BranchXid xid = xid();
            JdbcBranch branch = guest.open(opening());
            execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
            assertThat(branch.prepare(xid, BUDGET)).isEqualTo(new Vote.Prepared(""));
            assertThat(branch.commit(BUDGET)).isEqualTo(new Ack.Done());
            branch.release();
            assertThat(guest.incarnation()).isEmpty();
            assertThat(guest.commit(xid, "", BUDGET)).isEqualTo(new Ack.Absent());
            assertThat(guest.examine()).extracting(Finding::subject).contains("right to run pg_control_system()");
        } finally {
            db.execute("GRANT EXECUTE ON FUNCTION pg_control_system() TO PUBLIC", "REVOKE ALL ON item FROM guest");
        }
    }

    // ---- limits

    @Test
    void a_session_has_its_limits_from_the_start() throws SQLException {
        PoolSettings settings =
                new PoolSettings("orders", 1, Duration.ofSeconds(5), Duration.ofMillis(1_500), Duration.ofSeconds(30));
        PostgresBranchDriver limited = track(PostgresBranchDriver.on(db.dataSource(), settings));
        JdbcBranch branch = limited.open(opening());
        assertThat(text(branch, "SHOW lock_timeout")).isEqualTo("1500ms");
        assertThat(text(branch, "SHOW statement_timeout")).isEqualTo("30s");
        assertThat(text(branch, "SHOW idle_in_transaction_session_timeout")).isEqualTo("30s");
        assertThat(text(branch, "SHOW client_connection_check_interval")).isEqualTo("2s");
        branch.rollback(BUDGET);
        branch.release();
    }

    @Test
    void a_branch_that_idled_too_long_is_rolled_back_by_the_server() throws SQLException {
        PoolSettings settings =
                new PoolSettings("orders", 2, Duration.ofSeconds(5), Duration.ofSeconds(1), Duration.ofMillis(100));
        PostgresBranchDriver limited = track(PostgresBranchDriver.on(db.dataSource(), settings));
        JdbcBranch branch = limited.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = 1");
        await().until(() -> number("SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%'") == 0);
        assertThat(branch.prepare(xid(), BUDGET)).isNotInstanceOf(Vote.Prepared.class);
        branch.rollback(BUDGET);
        branch.release();
        assertThat(amount(1)).isEqualTo(100);
        assertThat(driver.prepared()).isEmpty();
    }

    @Test
    void a_server_without_room_refuses_and_says_what_mends_it() throws SQLException {
        try (TestDatabase small = io.tallystick.testkit.db.TestDatabases.postgres()
                        .setting("max_prepared_transactions", "1")
                        .start();
                PostgresBranchDriver full = PostgresBranchDriver.on(small.dataSource(), PoolSettings.of("orders", 3))) {
            small.execute("CREATE TABLE item (id INT PRIMARY KEY, amount INT NOT NULL)");
            assertThat(full.capacity()).isEqualTo(1);
            JdbcBranch first = full.open(opening());
            execute(first, "INSERT INTO item VALUES (1, 1)");
            assertThat(first.prepare(xid(), BUDGET)).isInstanceOf(Vote.Prepared.class);
            JdbcBranch second = full.open(opening());
            execute(second, "INSERT INTO item VALUES (2, 2)");
            assertThat(second.prepare(xid(), BUDGET))
                    .isInstanceOfSatisfying(
                            Vote.No.class,
                            no -> assertThat(no.reason()).contains("maximum number of prepared transactions"));
            second.release();
            assertThat(first.commit(BUDGET)).isEqualTo(new Ack.Done());
            first.release();
            assertThat(finding(full, "max_prepared_transactions").severity()).isEqualTo(Finding.Severity.WARNING);
        }
    }

    @Test
    void a_server_with_prepared_transactions_switched_off_refuses_and_says_what_mends_it() throws SQLException {
        try (TestDatabase off = io.tallystick.testkit.db.TestDatabases.postgres()
                        .setting("max_prepared_transactions", "0")
                        .start();
                PostgresBranchDriver unable = PostgresBranchDriver.on(off.dataSource(), PoolSettings.of("orders", 3))) {
            off.execute("CREATE TABLE item (id INT PRIMARY KEY, amount INT NOT NULL)");
            JdbcBranch branch = unable.open(opening());
            execute(branch, "INSERT INTO item VALUES (1, 1)");
            assertThat(branch.prepare(xid(), BUDGET))
                    .isInstanceOfSatisfying(
                            Vote.No.class, no -> assertThat(no.reason()).contains("max_prepared_transactions"));
            branch.release();
            Finding finding = finding(unable, "max_prepared_transactions");
            assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
            assertThat(finding.mend())
                    .contains("ALTER SYSTEM SET max_prepared_transactions")
                    .contains("restart");
        }
    }

    private static Finding finding(PostgresBranchDriver in, String subject) {
        return in.examine().stream()
                .filter(found -> found.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }

    // ---- for the tests

    private static Opening opening() {
        return new Opening(null, Instant.now().plusSeconds(60));
    }

    private BranchXid xid() {
        long n = COUNTER.getAndIncrement();
        Gtrid gtrid = new Gtrid(7, Gtrid.hash("orders"), 12, 1, n, Instant.ofEpochSecond(1_790_000_000));
        return new BranchXid(gtrid, 1, Gtrid.hash("orders"), n * 31);
    }

    private DecisionRecord decision() {
        BranchXid elsewhere = xid();
        return new DecisionRecord(
                elsewhere.gtrid(),
                List.of(new DecisionRecord.Voted(elsewhere, "stock", "1/1", "7@00000001")),
                Instant.now());
    }

    /** Leaves a branch prepared that changed this item; returns its hint. */
    private String prepared(BranchXid xid, int item) throws SQLException {
        JdbcBranch branch = driver.open(opening());
        execute(branch, "UPDATE item SET amount = 70 WHERE id = " + item);
        String hint = BranchDriverContract.hint(branch.prepare(xid, BUDGET));
        branch.release();
        return hint;
    }

    private static void execute(JdbcBranch branch, String sql) throws SQLException {
        try (Connection handle = branch.connection();
                Statement statement = handle.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String text(JdbcBranch branch, String sql) throws SQLException {
        try (Connection handle = branch.connection();
                Statement statement = handle.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private long amount(int id) throws SQLException {
        return number("SELECT amount FROM item WHERE id = " + id);
    }

    private PGSimpleDataSource source(int port, String options) {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl("jdbc:postgresql://127.0.0.1:" + port + "/" + db.name() + options);
        source.setUser(db.user());
        source.setPassword(db.password());
        return source;
    }

    private PostgresBranchDriver driver(int port, String options) {
        return track(PostgresBranchDriver.on(source(port, options), PoolSettings.of("orders", 4)));
    }

    private PostgresBranchDriver track(PostgresBranchDriver made) {
        opened.add(0, made);
        return made;
    }

    private RoundTrips network() {
        RoundTrips network = RoundTrips.to(db.host(), db.port());
        opened.add(network);
        return network;
    }

    private FaultProxy proxy() {
        FaultProxy proxy = FaultProxy.to(db.host(), db.port());
        opened.add(proxy);
        return proxy;
    }
}
