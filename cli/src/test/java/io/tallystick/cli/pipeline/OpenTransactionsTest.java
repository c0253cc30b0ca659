package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Whole pipelines beside transactions of others that are open or prepared at the source: nothing hangs without a word, nothing leaks. */
@ExtendWith(Servers.Extension.class)
class OpenTransactionsTest {

    private static final String T = "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(100))";

    private final Servers servers;

    OpenTransactionsTest(Servers servers) {
        this.servers = servers;
    }

    @ParameterizedTest
    @CsvSource({"MARIADB, POSTGRESQL", "MYSQL, POSTGRESQL", "MYSQL, MARIADB"})
    void of_branches_that_are_rolled_back_nothing_arrives_and_of_others_all(Engine from, Engine to)
            throws SQLException {
        TestDatabase target = servers.database(to);
        target.execute(T);
        // a server of its own: what is prepared here would be waited for by whoever begins there
        try (TestDatabase source = TestDatabases.of(from).start()) {
            source.execute(T, "INSERT INTO t VALUES (1, 'before')");
            String name = ("branches_" + from + "_" + to).toLowerCase(Locale.ROOT);
            try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "t"))) {
                pipe.awaitValue(target, "SELECT s FROM t", "before");
                prepare(source, "'back'", "INSERT INTO t VALUES (2, 'never')", "UPDATE t SET s = 'never' WHERE id = 1");
                prepare(source, "'on'", "INSERT INTO t VALUES (3, 'branch')");
                source.execute("INSERT INTO t VALUES (4, 'meanwhile')");
                pipe.awaitValue(target, "SELECT s FROM t WHERE id = 4", "meanwhile");
                assertThat(Pipe.rows(target, "SELECT id, s FROM t ORDER BY id"))
                        .containsExactly("1|before", "4|meanwhile");
                pipe.pause();
                pipe.resume();
                source.execute("XA ROLLBACK 'back'", "XA COMMIT 'on'", "INSERT INTO t VALUES (5, 'end')");
                pipe.awaitValue(target, "SELECT s FROM t WHERE id = 5", "end");
                assertThat(Pipe.rows(target, "SELECT id, s FROM t ORDER BY id"))
                        .containsExactly("1|before", "3|branch", "4|meanwhile", "5|end");
                assertThat(Pipe.quarantine(target)).isEmpty();
            }
        }
    }

    /** By a session that is gone then: MariaDB lets nobody else finish what a living one has prepared. */
    private static void prepare(TestDatabase db, String branch, String... statements) throws SQLException {
        String session = "";
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("XA START " + branch);
            for (String sql : statements) {
                statement.execute(sql);
            }
            statement.execute("XA END " + branch);
            statement.execute("XA PREPARE " + branch);
            try (var row = statement.executeQuery("SELECT CONNECTION_ID()")) {
                row.next();
                session = row.getString(1);
            }
        }
        String living = "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE ID = " + session;
        Pipe.patiently().until(() -> Pipe.value(db, living).equals("0"));
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void tables_are_copied_and_followed_without_a_lock_and_without_the_right_to_write(Engine engine)
            throws SQLException {
        TestDatabase source = servers.database(engine);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        boolean postgres = engine == Engine.POSTGRESQL;
        source.execute(T, "INSERT INTO t VALUES (1, 'one'), (2, 'two')");
        target.execute(T);
        String name = "quiet_" + engine.name().toLowerCase(Locale.ROOT);
        for (String sql : reader(source, name)) {
            source.execute(sql);
        }
        String yaml = Pipe.mirror(name, source, target, "t")
                .replaceFirst("user: \\w+, password: [\\w-]*", "user: reader, password: reader-pw");
        try (Connection writer = source.connect();
                Statement busy = writer.createStatement()) {
            writer.setAutoCommit(false);
            // whoever took a lock of rows, or of the table, would wait for this until the end
            busy.execute(postgres ? "LOCK TABLE t IN EXCLUSIVE MODE" : "SELECT * FROM t FOR UPDATE");
            try (Pipe pipe = Pipe.start(yaml)) {
                pipe.awaitRows(
                        target,
                        "SELECT s FROM t ORDER BY id",
                        found -> assertThat(found).containsExactly("one", "two"));
                pipe.awaitValue(target, "SELECT state FROM tally_load", "done");
                writer.rollback();
                source.execute("UPDATE t SET s = 'zwei' WHERE id = 2");
                pipe.awaitValue(target, "SELECT s FROM t WHERE id = 2", "zwei");
                pipe.pause();
            }
        } finally {
            if (postgres) {
                source.execute("DROP PUBLICATION IF EXISTS tally_" + name, "DROP OWNED BY reader", "DROP ROLE reader");
            } else {
                source.execute("DROP USER reader@'%'");
            }
        }
    }

    /** Who may read and replicate, and nothing else; on PostgreSQL the owner has published the table. */
    private static List<String> reader(TestDatabase source, String name) {
        return switch (source.engine()) {
            case POSTGRESQL ->
                List.of(
                        "CREATE ROLE reader LOGIN REPLICATION PASSWORD 'reader-pw'",
                        "ALTER ROLE reader SET default_transaction_read_only = on",
                        "GRANT SELECT ON t TO reader",
                        "CREATE PUBLICATION tally_" + name + " FOR TABLE t");
            case MARIADB ->
                List.of(
                        "CREATE USER reader@'%' IDENTIFIED BY 'reader-pw'",
                        "GRANT SELECT ON " + source.name() + ".t TO reader@'%'",
                        "GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO reader@'%'");
            case MYSQL ->
                List.of(
                        "CREATE USER reader@'%' IDENTIFIED BY 'reader-pw'",
                        "GRANT SELECT ON " + source.name() + ".t TO reader@'%'",
                        "GRANT REPLICATION SLAVE, REPLICATION CLIENT, XA_RECOVER_ADMIN ON *.* TO reader@'%'");
        };
    }
}
