package io.tallystick.jdbc;

import static io.tallystick.jdbc.BranchFailure.ABSENT;
import static io.tallystick.jdbc.BranchFailure.LOST;
import static io.tallystick.jdbc.BranchFailure.NAME_TAKEN;
import static io.tallystick.jdbc.BranchFailure.ROLLED_BACK;
import static io.tallystick.jdbc.BranchFailure.UNSUPPORTED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every error here is made by PostgreSQL itself; a wrong entry in {@link SqlErrors} shows as a wrong meaning. */
@Databases(Engine.POSTGRESQL)
class PostgresBranchFailureTest {

    private final TestDatabase db;
    private Connection connection;

    PostgresBranchFailureTest(TestDatabase db) throws SQLException {
        this.db = db;
        this.connection = db.connect();
    }

    @BeforeEach
    void table() {
        db.execute(
                "DROP TABLE IF EXISTS child, parent",
                "CREATE TABLE parent (id INT PRIMARY KEY)",
                "CREATE TABLE child (parent INT REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)");
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void a_branch_that_nobody_prepared_is_absent() {
        assertThat(meaningOf("COMMIT PREPARED 'nobody'")).isEqualTo(ABSENT);
        assertThat(meaningOf("ROLLBACK PREPARED 'nobody'")).isEqualTo(ABSENT);
    }

    @Test
    void a_name_is_taken_while_its_branch_is_prepared() throws SQLException {
        execute("BEGIN", "INSERT INTO parent VALUES (1)", "PREPARE TRANSACTION 'twin'");
        try {
            execute("BEGIN", "INSERT INTO parent VALUES (2)");
            assertThat(meaningOf("PREPARE TRANSACTION 'twin'")).isEqualTo(NAME_TAKEN);
        } finally {
            db.execute("ROLLBACK PREPARED 'twin'");
        }
    }

    @Test
    void a_deferred_constraint_rolls_back_at_prepare() throws SQLException {
        execute("BEGIN", "INSERT INTO child VALUES (7)");
        assertThat(meaningOf("PREPARE TRANSACTION 'broken'")).isEqualTo(ROLLED_BACK);
    }

    @Test
    void a_transaction_that_failed_before_is_rolled_back() throws SQLException {
        execute("BEGIN");
        assertThat(meaningOf("SELECT nonsense")).isEqualTo(BranchFailure.REFUSED);
        assertThat(meaningOf("SELECT 1")).isEqualTo(ROLLED_BACK);
    }

    @Test
    void temporary_tables_cannot_be_prepared() throws SQLException {
        execute("BEGIN", "CREATE TEMPORARY TABLE scratch (id INT)");
        assertThat(meaningOf("PREPARE TRANSACTION 'scratch'")).isEqualTo(UNSUPPORTED);
    }

    @Test
    void a_session_that_was_ended_has_given_no_answer() {
        assertThat(meaningOf("SELECT pg_terminate_backend(pg_backend_pid())")).isEqualTo(LOST);
        assertThat(meaningOf("SELECT 1")).as("and from then on").isEqualTo(LOST);
    }

    private BranchFailure meaningOf(String sql) {
        SQLException error = catchThrowableOfType(SQLException.class, () -> execute(sql));
        assertThat((Throwable) error).as(sql).isNotNull();
        return SqlErrors.branchFailure(error, Dialect.POSTGRESQL);
    }

    private void execute(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }
}
