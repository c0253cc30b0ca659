package io.tallystick.jdbc;

import static io.tallystick.jdbc.Provoked.dialectOf;
import static io.tallystick.jdbc.Provoked.execute;
import static io.tallystick.jdbc.Provoked.isPostgres;
import static io.tallystick.jdbc.Provoked.transaction;
import static io.tallystick.jdbc.SqlFailure.CONFLICT;
import static io.tallystick.jdbc.SqlFailure.REJECTED;
import static io.tallystick.jdbc.SqlFailure.UNAVAILABLE;
import static io.tallystick.jdbc.SqlFailure.UNKNOWN_OUTCOME;
import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every error here is made by the server itself; a wrong entry in the tables of {@link SqlErrors} shows as a wrong meaning. */
@Databases
class SqlErrorsTest {

    @BeforeEach
    void tables(TestDatabase db) {
        db.execute(
                "DROP TABLE IF EXISTS account",
                "DROP TABLE IF EXISTS owner",
                "CREATE TABLE owner (id INT PRIMARY KEY)",
                "INSERT INTO owner VALUES (1)",
                "CREATE TABLE account (id INT PRIMARY KEY, owner INT NOT NULL, amount INT NOT NULL,"
                        + " CONSTRAINT not_below_zero CHECK (amount >= 0),"
                        + " CONSTRAINT of_owner FOREIGN KEY (owner) REFERENCES owner (id))",
                "INSERT INTO account VALUES (1, 1, 100), (2, 1, 100), (3, 1, 100), (4, 1, 100)");
    }

    @Test
    void a_deadlock_is_a_conflict(TestDatabase db) throws SQLException {
        try (Connection one = transaction(db);
                Connection two = transaction(db)) {
            execute(one, update(1));
            execute(two, update(2));
            CompletableFuture<Void> waiting = Background.run(() -> run(one, update(2)));
            Provoked.by(db, () -> {
                        execute(two, update(1));
                        // the other one was the victim
                        two.rollback();
                        unwrap(waiting);
                    })
                    .means(CONFLICT);
            two.rollback();
            waiting.handle((done, failed) -> true).join();
            one.rollback();
        }
    }

    @Test
    void a_change_since_the_snapshot_is_a_conflict(TestDatabase db) throws SQLException {
        if (db.engine() == Engine.MYSQL) {
            // MySQL overwrites the newer row there; its own way to notice is the lock of SERIALIZABLE
            lockedRow(db, "SELECT amount FROM account WHERE id = 3 FOR UPDATE NOWAIT")
                    .means(CONFLICT);
            return;
        }
        try (Connection late = transaction(db)) {
            late.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            if (!isPostgres(db)) {
                execute(late, "SET SESSION innodb_snapshot_isolation = ON");
            }
            execute(late, "SELECT * FROM account");
            db.execute(update(3));
            Provoked.by(db, () -> execute(late, update(3))).means(CONFLICT);
            late.rollback();
        }
    }

    @Test
    void a_lock_timeout_is_a_conflict(TestDatabase db) throws SQLException {
        lockedRow(db, update(4)).means(CONFLICT);
    }

    @Test
    void a_lock_that_was_not_to_be_waited_for_is_a_conflict(TestDatabase db) throws SQLException {
        lockedRow(db, "SELECT * FROM account WHERE id = 4 FOR UPDATE NOWAIT").means(CONFLICT);
    }

    @Test
    void a_statement_that_took_too_long_did_not_happen(TestDatabase db) {
        Provoked.by(db, () -> {
                    try (Connection c = db.connect()) {
                        execute(
                                c,
                                switch (db.engine()) {
                                    case POSTGRESQL ->
                                        new String[] {"SET statement_timeout = 50", "SELECT pg_sleep(30)"};
                                    case MARIADB ->
                                        new String[] {
                                            "SET max_statement_time = 0.05",
                                            "SELECT count(*) FROM seq_1_to_100000 a, seq_1_to_100000 b"
                                        };
                                    case MYSQL ->
                                        new String[] {
                                            "SET max_execution_time = 50",
                                            "SELECT count(*) FROM information_schema.columns a, information_schema.columns b,"
                                                    + " information_schema.columns c"
                                        };
                                });
                    }
                })
                .means(UNAVAILABLE);
    }

    @Test
    void a_duplicate_key_is_rejected_and_known_as_one(TestDatabase db) {
        Provoked duplicate = Provoked.by(db, "INSERT INTO owner VALUES (1)");
        duplicate.means(REJECTED);
        assertThat(SqlErrors.isDuplicateKey(duplicate.error(), duplicate.dialect()))
                .isTrue();
        assertThat(SqlErrors.translate(duplicate.error(), duplicate.dialect(), false, "test"))
                .isInstanceOf(DuplicateKeyException.class);
    }

    @Test
    void violated_constraints_are_rejected(TestDatabase db) {
        for (String sql : new String[] {
            "INSERT INTO account (id, owner, amount) VALUES (9, NULL, 1)",
            "INSERT INTO account (id, owner, amount) VALUES (9, 99, 1)",
            "INSERT INTO account (id, owner, amount) VALUES (9, 1, -1)",
            "DELETE FROM owner WHERE id = 1"
        }) {
            Provoked violation = Provoked.by(db, sql);
            violation.means(REJECTED);
            // the server's word is definite even when it comes in answer to a commit (deferred constraints)
            violation.meansInCommit(REJECTED);
            assertThat(SqlErrors.isDuplicateKey(violation.error(), violation.dialect()))
                    .isFalse();
        }
    }

    @Test
    void a_missing_table_and_bad_sql_are_rejected(TestDatabase db) {
        Provoked missing = Provoked.by(db, "SELECT * FROM nowhere");
        missing.means(REJECTED);
        assertThat(SqlErrors.isMissingTable(missing.error(), missing.dialect())).isTrue();
        Provoked.by(db, "SELEKT 1").means(REJECTED);
    }

    @Test
    void behind_a_pool_the_database_is_heard_not_the_waiting_of_the_pool(TestDatabase db) {
        Provoked refused = Provoked.by(
                db,
                () -> DriverManager.getConnection(url(db, "nowhere"), db.user(), db.password())
                        .close());
        // as HikariCP wraps it: its own words, the driver's codes
        SQLException waited = new SQLTransientConnectionException(
                "pool - Connection is not available, request timed out after 10001ms",
                refused.error().getSQLState(),
                refused.error().getErrorCode(),
                refused.error());
        assertThat(SqlErrors.describe(waited, refused.dialect()))
                .contains(String.valueOf(refused.error().getMessage()).strip().replaceFirst("^\\(conn=\\d+\\) ", ""))
                .doesNotContain("timed out", "(conn=");
    }

    @Test
    void what_a_driver_says_is_one_line_and_the_same_for_every_session(TestDatabase db) {
        assertThat(SqlErrors.describe(
                        new SQLException("(conn=17) No space left on device\n  Hint: Check free disk space.", "53100"),
                        dialectOf(db)))
                .contains(" says: No space left on device; Hint: Check free disk space. (");
    }

    @Test
    void a_host_that_nobody_knows_is_named_once(TestDatabase db) {
        SQLException unknown = new SQLException(
                "Socket fail to connect to bank.example:3306. bank.example",
                "08000",
                new UnknownHostException("bank.example"));
        assertThat(SqlErrors.describe(unknown, dialectOf(db)))
                .contains("Socket fail to connect to bank.example:3306. Nobody knows a host bank.example. (");
    }

    @Test
    void a_missing_right_a_wrong_password_and_an_unknown_database_are_rejected(TestDatabase db) {
        String user = "weak_" + dialectOf(db).id();
        String at = isPostgres(db) ? "" : "@'%'";
        db.execute(
                isPostgres(db)
                        ? "CREATE ROLE " + user + " LOGIN PASSWORD 'right'"
                        : "CREATE USER '" + user + "'" + at + " IDENTIFIED BY 'right'",
                isPostgres(db)
                        ? "GRANT SELECT ON owner TO " + user
                        : "GRANT SELECT ON " + db.name() + ".owner TO '" + user + "'" + at);
        try {
            Provoked right = Provoked.by(db, () -> {
                try (Connection c = DriverManager.getConnection(url(db, db.name()), user, "right")) {
                    execute(c, "INSERT INTO owner VALUES (5)");
                }
            });
            right.means(REJECTED);
            assertThat(SqlErrors.isMissingPrivilege(right.error(), right.dialect()))
                    .isTrue();
            if (!isPostgres(db)) {
                // the kit's PostgreSQL may trust every local connection; the Debian server with passwords is tried in
                // postgres
                Provoked.by(
                                db,
                                () -> DriverManager.getConnection(url(db, db.name()), user, "wrong")
                                        .close())
                        .means(REJECTED);
            }
            Provoked.by(
                            db,
                            () -> DriverManager.getConnection(url(db, "nowhere"), db.user(), db.password())
                                    .close())
                    .means(REJECTED);
        } finally {
            db.execute(isPostgres(db) ? "DROP OWNED BY " + user : "DROP USER '" + user + "'" + at);
            if (isPostgres(db)) {
                db.execute("DROP ROLE " + user);
            }
        }
    }

    @Test
    void a_read_only_transaction_can_be_tried_elsewhere(TestDatabase db) {
        Provoked.by(db, () -> {
                    try (Connection c = db.connect()) {
                        execute(
                                c,
                                "SET SESSION " + (isPostgres(db) ? "CHARACTERISTICS AS " : "")
                                        + "TRANSACTION READ ONLY");
                        execute(c, "INSERT INTO owner VALUES (6)");
                    }
                })
                .means(UNAVAILABLE);
    }

    @Test
    void a_full_store_can_be_tried_later(TestDatabase db) {
        if (isPostgres(db)) {
            Provoked.by(db, "DO $$ BEGIN RAISE 'no space left' USING ERRCODE = 'disk_full'; END $$")
                    .means(UNAVAILABLE);
            Provoked.by(db, () -> {
                        try (Connection c = db.connect()) {
                            execute(c, "SET temp_file_limit = '1MB'", "SET work_mem = '64kB'");
                            execute(c, "SELECT * FROM generate_series(1, 1000000) g ORDER BY g DESC");
                        }
                    })
                    .means(UNAVAILABLE);
            return;
        }
        Provoked.by(db, () -> {
                    try (Connection c = db.connect()) {
                        execute(c, "SET max_heap_table_size = 16384");
                        execute(c, "CREATE TEMPORARY TABLE small (v CHAR(200)) ENGINE = MEMORY");
                        for (int i = 0; i < 10_000; i++) {
                            execute(c, "INSERT INTO small VALUES (REPEAT('x', 200))");
                        }
                    }
                })
                .means(UNAVAILABLE);
    }

    @Test
    void a_session_ended_by_the_administrator_did_nothing_unless_it_was_committing(TestDatabase db)
            throws SQLException {
        try (Connection victim = transaction(db)) {
            execute(victim, update(1));
            endSession(db, victim);
            Provoked ended = Provoked.by(db, () -> execute(victim, update(2)));
            ended.means(UNAVAILABLE);
            ended.meansInCommit(UNKNOWN_OUTCOME);
        }
    }

    @Test
    void a_statement_that_was_interrupted_did_not_happen(TestDatabase db) {
        if (isPostgres(db)) {
            Provoked.by(db, () -> {
                        try (Connection c = db.connect()) {
                            execute(c, "SELECT pg_cancel_backend(pg_backend_pid())");
                        }
                    })
                    .means(UNAVAILABLE);
            return;
        }
        Provoked.by(db, "SIGNAL SQLSTATE '70100' SET MYSQL_ERRNO = 1317").means(UNAVAILABLE);
    }

    @Test
    void a_session_ended_for_being_slow_did_nothing(TestDatabase db) throws SQLException {
        if (!isPostgres(db)) {
            // the others know no limit for a whole transaction
            return;
        }
        Provoked.by(db, () -> {
                    try (Connection c = transaction(db)) {
                        execute(c, "SET LOCAL transaction_timeout = 50", "SELECT pg_sleep(30)");
                    }
                })
                .meansInCommit(UNAVAILABLE);
    }

    @Test
    void a_table_that_changed_under_a_prepared_statement_is_a_conflict(TestDatabase db) throws SQLException {
        if (!isPostgres(db)) {
            // these servers prepare again by themselves
            return;
        }
        try (Connection c = transaction(db);
                var statement = c.prepareStatement("SELECT * FROM owner")) {
            for (int i = 0; i < 10; i++) {
                statement.executeQuery().close();
            }
            c.commit();
            db.execute("ALTER TABLE owner ADD COLUMN name TEXT");
            Provoked.by(db, () -> statement.executeQuery().close()).means(CONFLICT);
            c.rollback();
            statement.executeQuery().close();
            c.rollback();
        }
    }

    private static Provoked lockedRow(TestDatabase db, String statement) throws SQLException {
        try (Connection holder = transaction(db);
                Connection waiter = transaction(db)) {
            execute(holder, "UPDATE account SET amount = amount + 1 WHERE id IN (3, 4)");
            execute(waiter, isPostgres(db) ? "SET lock_timeout = 100" : "SET innodb_lock_wait_timeout = 1");
            Provoked provoked = Provoked.by(db, () -> execute(waiter, statement));
            waiter.rollback();
            holder.rollback();
            return provoked;
        }
    }

    static void endSession(TestDatabase db, Connection victim) throws SQLException {
        String own = isPostgres(db) ? "SELECT pg_backend_pid()" : "SELECT CONNECTION_ID()";
        try (var rows = victim.createStatement().executeQuery(own)) {
            rows.next();
            db.execute(
                    isPostgres(db)
                            ? "SELECT pg_terminate_backend(" + rows.getLong(1) + ", 5000)"
                            : "KILL " + rows.getLong(1));
        }
    }

    private static String url(TestDatabase db, String database) {
        return db.url().replaceFirst("/" + db.name() + "\\b", "/" + database);
    }

    private static String update(int id) {
        return "UPDATE account SET amount = amount + 1 WHERE id = " + id;
    }

    private static void run(Connection connection, String sql) {
        try {
            execute(connection, sql);
        } catch (SQLException e) {
            throw new java.util.concurrent.CompletionException(e);
        }
    }

    private static void unwrap(CompletableFuture<Void> waiting) throws Throwable {
        try {
            waiting.get();
        } catch (ExecutionException e) {
            throw e.getCause();
        }
    }
}
