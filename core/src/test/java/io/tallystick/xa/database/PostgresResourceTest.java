package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Ack;
import io.tallystick.xa.BranchXid;
import io.tallystick.xa.JdbcBranch;
import io.tallystick.xa.RolledBackException;
import io.tallystick.xa.Vote;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.postgresql.xa.PGXADataSource;
import org.slf4j.LoggerFactory;

/** Whose branches they are, what a session is limited to, and what a server lacks. */
@Databases(value = Engine.POSTGRESQL, ownServer = true)
class PostgresResourceTest extends PostgresScene {

    PostgresResourceTest(TestDatabase db) {
        super(db);
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
        assertThat(clerk.examine()).extracting(Finding::subject).contains("owner of prepared transactions");
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
        await().until(() -> number(
                        "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()")
                == 0);
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
            Finding taken = finding(full, "max_prepared_transactions");
            assertThat(taken.severity()).isEqualTo(Finding.Severity.ERROR);
            assertThat(taken.found()).isEqualTo("1, and every place is taken");
            assertThat(taken.mend()).contains("tally tx list", "pg_prepared_xacts", "ALTER SYSTEM SET");
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
            assertTwoOfThemAreRefused(off);
            Finding finding = finding(unable, "max_prepared_transactions");
            assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR);
            assertThat(finding.mend())
                    .contains("ALTER SYSTEM SET max_prepared_transactions")
                    .contains("restart");
        }
    }

    /** One that cannot prepare may be the last participant; of two, one has to vote. Who starts an engine finds it in the log. */
    private static void assertTwoOfThemAreRefused(TestDatabase off) throws SQLException {
        Schema.of(Jdbc.on(off.dataSource())).install("xa");
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        said.start();
        Logger recovery = (Logger) LoggerFactory.getLogger("io.tallystick.xa.Recovery");
        recovery.addAppender(said);
        try (XaEngine engine = XaEngine.named("shop")
                .resource(PostgresBranchDriver.on(off.dataSource(), PoolSettings.of("orders", 2)))
                .resource(PostgresBranchDriver.on(off.dataSource(), PoolSettings.of("stock", 2)))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(off.dataSource())))
                .settings(PreparedScene.PATIENT)
                .open()) {
            await().untilAsserted(() -> assertThat(soFar(said))
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .anySatisfy(line -> assertThat(line)
                            .contains("resource 'stock': ERROR max_prepared_transactions is 0")
                            .contains("ALTER SYSTEM SET max_prepared_transactions = 64; then restart")));
            XaTransaction both = engine.begin();
            for (String resource : List.of("stock", "orders")) {
                try (Statement statement = both.connection(resource).createStatement()) {
                    statement.executeUpdate("INSERT INTO item VALUES (" + resource.length() + ", 1)");
                }
            }
            assertThatThrownBy(both::commit)
                    .isInstanceOf(RolledBackException.class)
                    .hasMessageContaining("stock")
                    .hasMessageContaining("max_prepared_transactions");
        } finally {
            recovery.detachAppender(said);
        }
        assertThat(Jdbc.on(off.dataSource())
                        .<List<Integer>>autocommit(tx -> tx.query("SELECT id FROM item", row -> row.intValue("id"))))
                .isEmpty();
    }

    /** Other threads log meanwhile; appending is synchronized on the appender. */
    private static List<ILoggingEvent> soFar(ListAppender<ILoggingEvent> said) {
        synchronized (said) {
            return List.copyOf(said.list);
        }
    }

    private static Finding finding(PostgresBranchDriver in, String subject) {
        return in.examine().stream()
                .filter(found -> found.subject().equals(subject))
                .findFirst()
                .orElseThrow();
    }
}
