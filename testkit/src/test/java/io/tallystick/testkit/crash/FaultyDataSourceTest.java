package io.tallystick.testkit.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Databases
class FaultyDataSourceTest {
    private final TestDatabase db;
    private final FaultyDataSource source;

    FaultyDataSourceTest(TestDatabase db) {
        this.db = db;
        this.source = FaultyDataSource.around(db.dataSource());
    }

    @BeforeEach
    void an_empty_account_table() {
        db.execute("DROP TABLE IF EXISTS account", "CREATE TABLE account (id int PRIMARY KEY)");
    }

    @Test
    void without_a_fault_it_only_counts_what_reaches_the_database() throws SQLException {
        insert(1);
        assertThat(rows()).isEqualTo(1);
        assertThat(source.log())
                .extracting(JdbcCall::method)
                .containsExactly("getConnection", "executeUpdate", "commit");
        assertThat(source.log().get(1).sql()).isEqualTo("INSERT INTO account VALUES (?)");
        assertThat(source.calls()).isEqualTo(3);
        assertThat(source.faults()).isZero();
    }

    @Test
    void a_lost_commit_request_leaves_nothing_behind() throws SQLException {
        source.failOn(call -> call.mentions("commit"), JdbcFault.lostRequest());
        assertThatThrownBy(() -> insert(1)).isInstanceOf(SQLException.class).hasMessageContaining("before call 3");
        assertThat(rows()).isZero();
    }

    @Test
    void a_lost_commit_reply_leaves_the_row_and_the_caller_in_doubt() throws SQLException {
        source.failOn(call -> call.mentions("commit"), JdbcFault.lostReply());
        assertThatThrownBy(() -> insert(1))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("08006"));
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void a_lost_insert_reply_is_rolled_back_with_its_connection() throws SQLException {
        source.failCall(2, JdbcFault.lostReply());
        assertThatThrownBy(() -> insert(1)).isInstanceOf(SQLException.class).hasMessageContaining("after call 2");
        insert(1);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void a_lost_connection_answers_like_a_closed_one() throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            source.failOn(call -> true, JdbcFault.lostRequest());
            assertThatThrownBy(() -> statement.execute("SELECT 1")).hasMessageContaining("injected");
            assertThat(connection.isClosed()).isTrue();
            assertThat(connection.isValid(1)).isFalse();
            assertThat(statement.isClosed()).isTrue();
            assertThatThrownBy(connection::createStatement).hasMessageContaining("lost by an earlier fault");
        }
    }

    @Test
    void a_refused_call_keeps_its_connection() throws SQLException {
        source.failCall(2, JdbcFault.refused("40001", 1213));
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            assertThatThrownBy(() -> statement.execute("SELECT 1")).isInstanceOfSatisfying(SQLException.class, e -> {
                assertThat(e.getSQLState()).isEqualTo("40001");
                assertThat(e.getErrorCode()).isEqualTo(1213);
            });
            assertThat(statement.execute("SELECT 1")).isTrue();
            assertThat(statement.getConnection()).isSameAs(connection);
        }
    }

    @Test
    void an_outage_lasts_until_it_is_healed() throws SQLException {
        source.failAll(call -> call.mentions("getConnection"), JdbcFault.lostRequest());
        assertThatThrownBy(() -> insert(1)).isInstanceOf(SQLException.class);
        assertThatThrownBy(() -> insert(1)).isInstanceOf(SQLException.class);
        source.heal();
        insert(1);
        assertThat(rows()).isEqualTo(1);
    }

    @Test
    void a_sweep_fails_every_call_once_and_stops_when_a_run_gets_through() throws SQLException {
        int points = FaultSweep.over(db.dataSource(), JdbcFault.lostReply(), faulty -> {
            db.execute("DELETE FROM account");
            insertUntilKnown(faulty, 7);
            assertThat(rows()).isEqualTo(1);
        });
        assertThat(points).isEqualTo(3);
    }

    @Test
    void a_sweep_names_the_call_that_breaks_a_careless_scenario() {
        AtomicBoolean first = new AtomicBoolean(true);
        assertThatThrownBy(() -> FaultSweep.over(db.dataSource(), JdbcFault.lostReply(), faulty -> {
                    db.execute("DELETE FROM account");
                    first.set(true);
                    while (first.getAndSet(false) || rows() == 0) {
                        try {
                            insert(faulty, 7);
                        } catch (SQLException e) {
                            assertThat(rows())
                                    .as("wrongly believes that it failed")
                                    .isZero();
                        }
                    }
                }))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("call 3 commit");
    }

    private void insertUntilKnown(FaultyDataSource faulty, int id) throws SQLException {
        while (rows() == 0) {
            try {
                insert(faulty, id);
            } catch (SQLException e) {
                assertThat(e.getMessage()).contains("injected");
            }
        }
    }

    private void insert(int id) throws SQLException {
        insert(source, id);
    }

    private static void insert(FaultyDataSource source, int id) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            try (PreparedStatement insert = connection.prepareStatement("INSERT INTO account VALUES (?)")) {
                insert.setInt(1, id);
                insert.executeUpdate();
            }
            connection.commit();
        }
    }

    private int rows() throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM account")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
