package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.cdc.replicator.PipelineStatus.State;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import io.tallystick.testkit.net.Direction;
import io.tallystick.testkit.net.FaultProxy;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What can be wrong around a pipeline: it says so, does no harm, and goes on by itself once that is mended. */
@ExtendWith(Servers.Extension.class)
class TroubleTest {

    private static final String T = "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(100))";

    private final Servers servers;

    TroubleTest(Servers servers) {
        this.servers = servers;
    }

    private static void awaitReason(Pipe pipe, String... words) {
        Pipe.patiently()
                .untilAsserted(
                        () -> assertThat(String.valueOf(pipe.status().reason())).contains(words));
    }

    private static void awaitError(Pipe pipe, String... words) {
        Pipe.patiently()
                .untilAsserted(
                        () -> assertThat(String.valueOf(pipe.target().error())).contains(words));
    }

    @Test
    void a_log_that_says_too_little_is_named_with_its_setting() {
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        target.execute(T);
        try (TestDatabase source =
                TestDatabases.postgres().setting("wal_level", "replica").start()) {
            source.execute(T);
            try (Pipe pipe = Pipe.start(Pipe.mirror("low_level", source, target, "t"))) {
                Pipe.patiently().untilAsserted(() -> {
                    PipelineStatus status = pipe.status();
                    assertThat(String.valueOf(status.reason())).contains("wal_level");
                    assertThat(status.state()).isEqualTo(State.SOURCE_AWAY);
                });
            }
        }
    }

    @Test
    void a_pipeline_whose_source_was_never_reached_ends_at_once() {
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        target.execute(T);
        String yaml = Pipe.head("nowhere", target, List.of("t"), target).replaceFirst(":" + target.port() + "/", ":1/")
                + "routes: [{from: public.t, to: [{target: t1, table: public.t}]}]\n";
        try (PipelineRun run = PipelineRun.of(PipelineFile.parse("nowhere", yaml, name -> null))) {
            run.install();
            run.start();
            Pipe.patiently().until(() -> run.status().reason() != null);
        }
        await().untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .as("what still runs after the end")
                .noneMatch(name -> name.startsWith("tally-cdc-nowhere")));
    }

    @Test
    void a_role_of_postgresql_without_the_rights_hears_which_and_goes_on_once_it_has_them() {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        source.execute(T, "INSERT INTO t VALUES (1, 'before')", "CREATE ROLE poor LOGIN PASSWORD 'poor-secret'");
        target.execute(T);
        String yaml = Pipe.mirror("poor_pg", source, target, "t")
                .replaceFirst("user: \\w+, password: \\w+", "user: poor, password: poor-secret");
        try (Pipe pipe = Pipe.start(yaml)) {
            awaitReason(pipe, "permission denied");
            source.execute(
                    "ALTER TABLE t OWNER TO poor",
                    "GRANT CREATE ON DATABASE " + source.name() + " TO poor",
                    "ALTER ROLE poor REPLICATION");
            pipe.awaitValue(target, "SELECT s FROM t", "before");
            source.execute("UPDATE t SET s = 'after'");
            pipe.awaitValue(target, "SELECT s FROM t", "after");
        } finally {
            source.execute("REASSIGN OWNED BY poor TO CURRENT_USER", "DROP OWNED BY poor", "DROP ROLE poor");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"MARIADB", "MYSQL"})
    void a_user_of_mariadb_or_mysql_without_the_rights_hears_which_and_goes_on_once_he_has_them(Engine engine) {
        TestDatabase source = servers.database(engine);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        source.execute(
                T,
                "INSERT INTO t VALUES (1, 'before')",
                "CREATE USER poor@'%' IDENTIFIED BY 'poor-secret'",
                "GRANT SELECT ON " + source.name() + ".* TO poor@'%'");
        target.execute(T);
        String yaml = Pipe.mirror("poor_" + engine.name().toLowerCase(Locale.ROOT), source, target, "t")
                .replaceFirst("user: \\w+, password: \\w+", "user: poor, password: poor-secret");
        try (Pipe pipe = Pipe.start(yaml)) {
            awaitReason(pipe, engine == Engine.MYSQL ? "XA_RECOVER_ADMIN" : "privilege");
            source.execute(
                    engine == Engine.MYSQL
                            ? "GRANT REPLICATION SLAVE, REPLICATION CLIENT, XA_RECOVER_ADMIN ON *.* TO poor@'%'"
                            : "GRANT REPLICATION SLAVE, BINLOG MONITOR ON *.* TO poor@'%'");
            pipe.awaitValue(target, "SELECT s FROM t", "before");
            source.execute("UPDATE t SET s = 'after'");
            pipe.awaitValue(target, "SELECT s FROM t", "after");
        } finally {
            source.execute("DROP USER poor@'%'");
        }
    }

    @Test
    void a_table_without_replica_identity_is_refused_and_its_source_can_still_be_written() {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        source.execute("CREATE TABLE t (id INT NOT NULL, s VARCHAR(100))", "INSERT INTO t VALUES (1, 'before')");
        target.execute(T);
        try (Pipe pipe = Pipe.start(Pipe.mirror("no_identity", source, target, "t"))) {
            awaitReason(pipe, "public.t", "PRIMARY KEY");
            assertThatCode(() -> source.execute("UPDATE t SET s = 'written'", "DELETE FROM t WHERE id = 7"))
                    .as("whoever writes to the source must never feel the pipeline")
                    .doesNotThrowAnyException();
            source.execute("ALTER TABLE t ADD PRIMARY KEY (id)");
            pipe.awaitValue(target, "SELECT s FROM t", "written");
            source.execute("DELETE FROM t");
            pipe.awaitValue(target, "SELECT count(*) FROM t", "0");
        }
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "MARIADB, POSTGRESQL", "POSTGRESQL, MARIADB"})
    void a_table_that_is_missing_is_named_and_waited_for(Engine from, Engine to) {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        String name = ("missing_" + from + "_" + to).toLowerCase(Locale.ROOT);
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "t"))) {
            awaitReason(pipe, Pipe.name(source, "t"));
            source.execute(T, "INSERT INTO t VALUES (1, 'one')");
            awaitError(pipe, Pipe.name(target, "t"), "does not exist");
            target.execute(T);
            pipe.awaitValue(target, "SELECT s FROM t", "one");
            pipe.awaitValue(target, "SELECT state FROM tally_load", "done");
            target.execute("ALTER TABLE t RENAME TO away");
            source.execute("UPDATE t SET s = 'two'");
            Pipe.patiently()
                    .untilAsserted(() -> assertThat(pipe.target().paused())
                            .singleElement()
                            .matches(table -> table.why().contains(Pipe.name(target, "t") + " does not exist")));
            target.execute("ALTER TABLE away RENAME TO t");
            pipe.awaitValue(target, "SELECT s FROM t", "two");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"MARIADB", "MYSQL"})
    void a_binary_log_that_was_purged_meanwhile_stops_the_pipeline_with_the_reason(Engine engine) throws SQLException {
        TestDatabase source = servers.database(engine);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        source.execute(T, "INSERT INTO t VALUES (1, 'one')");
        target.execute(T);
        String name = "purged_" + engine.name().toLowerCase(Locale.ROOT);
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "t"))) {
            pipe.awaitValue(target, "SELECT s FROM t", "one");
            pipe.pause();
            source.execute("UPDATE t SET s = 'two'");
            // the server keeps what a reader that has just left may still want
            Pipe.patiently().until(() -> purge(source) == 1);
            pipe.resume();
            pipe.awaitState(State.NEEDS_RESYNC);
            awaitReason(pipe, "has purged");
            assertThat(Pipe.rows(target, "SELECT s FROM t")).containsExactly("one");
            pipe.pause();
            target.execute("UPDATE tally_position SET position = NULL");
            pipe.resume();
            pipe.awaitValue(target, "SELECT s FROM t", "two");
        }
    }

    private static int purge(TestDatabase source) throws SQLException {
        source.execute("FLUSH BINARY LOGS");
        List<List<String>> logs = Pipe.cells(source, "SHOW BINARY LOGS");
        source.execute("PURGE BINARY LOGS TO '" + logs.get(logs.size() - 1).get(0) + "'");
        return Pipe.cells(source, "SHOW BINARY LOGS").size();
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void a_target_that_is_full_is_waited_for_and_no_row_is_set_aside(Engine engine) throws SQLException {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(engine);
        source.execute(T, "INSERT INTO t VALUES (1, 'before')");
        target.execute(T);
        if (engine == Engine.POSTGRESQL) {
            target.execute(
                    "CREATE FUNCTION full_() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no space left on"
                            + " device' USING ERRCODE = '53100'; END $$",
                    "CREATE TRIGGER full_ BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION full_()");
        } else {
            target.execute(
                    "CREATE TRIGGER full_ BEFORE INSERT ON t FOR EACH ROW SIGNAL SQLSTATE 'HY000' SET MYSQL_ERRNO = 1114,"
                            + " MESSAGE_TEXT = 'The table is full'");
        }
        try (Pipe pipe =
                Pipe.start(Pipe.mirror("full_" + engine.name().toLowerCase(Locale.ROOT), source, target, "t"))) {
            awaitError(pipe, engine == Engine.POSTGRESQL ? "no space left" : "is full");
            source.execute("INSERT INTO t VALUES (2, 'meanwhile')");
            target.execute("DROP TRIGGER full_" + (engine == Engine.POSTGRESQL ? " ON t" : ""));
            pipe.awaitRows(
                    target,
                    "SELECT s FROM t ORDER BY id",
                    found -> assertThat(found).containsExactly("before", "meanwhile"));
            assertThat(Pipe.value(target, "SELECT count(*) FROM tally_quarantine"))
                    .isEqualTo("0");
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"MARIADB", "MYSQL"})
    void a_row_larger_than_the_packets_of_a_target_is_waited_for_and_the_setting_is_named(Engine engine) {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        source.execute("CREATE TABLE t (id INT PRIMARY KEY, s TEXT)");
        try (TestDatabase target = TestDatabases.of(engine)
                .setting("max_allowed_packet", "1048576")
                .start()) {
            target.execute("CREATE TABLE t (id INT PRIMARY KEY, s LONGTEXT)");
            String name = "packets_" + engine.name().toLowerCase(Locale.ROOT);
            try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "t"))) {
                source.execute("INSERT INTO t VALUES (1, repeat('x', 3000000))");
                awaitError(pipe, "max_allowed_packet");
                target.execute("SET GLOBAL max_allowed_packet = 67108864");
                pipe.awaitValue(target, "SELECT length(s) FROM t", "3000000");
            }
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void a_source_that_takes_no_writes_any_more_is_read_to_its_end(Engine engine) {
        // as a provider makes it when the disk is full; the pipeline itself must not need to write there
        TestDatabase source = servers.database(engine);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        source.execute(T, "INSERT INTO t VALUES (1, 'before')");
        target.execute(T);
        boolean postgres = engine == Engine.POSTGRESQL;
        try (Pipe pipe =
                Pipe.start(Pipe.mirror("frozen_" + engine.name().toLowerCase(Locale.ROOT), source, target, "t"))) {
            pipe.awaitValue(target, "SELECT s FROM t", "before");
            pipe.pause();
            source.execute(
                    "UPDATE t SET s = 'last'",
                    postgres
                            ? "ALTER DATABASE " + source.name() + " SET default_transaction_read_only = on"
                            : "SET GLOBAL read_only = ON");
            try {
                pipe.resume();
                pipe.awaitValue(target, "SELECT s FROM t", "last");
                pipe.awaitState(State.RUNNING);
            } finally {
                source.execute(
                        postgres
                                ? "BEGIN READ WRITE; ALTER DATABASE " + source.name()
                                        + " RESET default_transaction_read_only; COMMIT"
                                : "SET GLOBAL read_only = OFF");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "MARIADB, POSTGRESQL", "MYSQL, MARIADB", "POSTGRESQL, MYSQL"})
    void a_network_that_breaks_in_the_middle_of_a_transaction_loses_and_doubles_nothing(Engine from, Engine to)
            throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        source.execute("CREATE TABLE t (id INT PRIMARY KEY, n INT, s VARCHAR(200))");
        target.execute("CREATE TABLE t (id INT PRIMARY KEY, n INT, s VARCHAR(200))");
        try (FaultProxy near = FaultProxy.to(source.host(), source.port());
                FaultProxy far = FaultProxy.to(target.host(), target.port())) {
            String name = ("cut_" + from + "_" + to).toLowerCase(Locale.ROOT);
            String yaml = Pipe.mirror(name, source, target, "t")
                    .replace(Pipe.place(source), Pipe.place(source, near.port()))
                    .replace(Pipe.place(target), Pipe.place(target, far.port()));
            try (Pipe pipe = Pipe.start(yaml)) {
                source.execute("INSERT INTO t VALUES (0, 0, 'first')");
                pipe.awaitValue(target, "SELECT s FROM t", "first");
                near.resetAfter(Direction.REPLIES, 400_000);
                far.resetAfter(Direction.REQUESTS, 700_000);
                Pipe.inOne(source, Pipe.numbers(source, 30_000, "INSERT INTO t SELECT n, 0, repeat('x', 100)"));
                source.execute("UPDATE t SET n = n + 1");
                Pipe.patiently()
                        .until(() ->
                                pipe.status().reason() != null || pipe.target().error() != null);
                near.heal();
                far.heal();
                pipe.awaitValue(
                        target, "SELECT concat(count(*), ' ', sum(n), ' ', max(id)) FROM t", "30001 30001 30000");
                assertThat(Pipe.quarantine(target)).isEmpty();
                assertThat(pipe.target().counts().missing()).isZero();
            }
        }
    }
}
