package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.Finding;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The source's table gets and loses columns while a pipeline follows it. */
@ExtendWith(Servers.Extension.class)
class AddedColumnsTest {

    private static final String T = "CREATE TABLE t (id INT PRIMARY KEY, s VARCHAR(100))";

    private final TestDatabase target;
    private final Servers servers;

    AddedColumnsTest(Servers servers) {
        this.servers = servers;
        this.target = servers.database(Engine.POSTGRESQL);
    }

    private TestDatabase source(Engine engine) {
        TestDatabase source = servers.database(engine);
        source.execute(T, "INSERT INTO t VALUES (1, 'before')");
        target.execute(T);
        return source;
    }

    private Pipe start(TestDatabase source, String what, String policy) {
        String name = (what + "_" + source.engine()).toLowerCase(Locale.ROOT);
        return Pipe.start(
                Pipe.mirror(name, source, target, "t").replace("table: public.t}]", "table: public.t" + policy + "}]"));
    }

    private static void awaitError(Pipe pipe, String words) {
        Pipe.patiently()
                .untilAsserted(
                        () -> assertThat(String.valueOf(pipe.target().error())).contains(words));
    }

    private static void alter(TestDatabase source) throws SQLException {
        source.execute(
                "ALTER TABLE t ADD COLUMN more INT DEFAULT 7",
                "INSERT INTO t VALUES (2, 'after', 20)",
                "UPDATE t SET more = 10 WHERE id = 2",
                "INSERT INTO t VALUES (3, 'last', NULL)");
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"POSTGRESQL", "MARIADB"})
    void an_added_column_is_followed_when_the_route_says_so_and_older_rows_get_its_default(Engine engine)
            throws SQLException {
        TestDatabase source = source(engine);
        try (Pipe pipe = start(source, "follow", ", added_columns: follow")) {
            pipe.awaitValue(target, "SELECT s FROM t", "before");
            alter(source);
            pipe.awaitRows(
                    target,
                    "SELECT to_jsonb(t) ->> 'more' FROM t ORDER BY id",
                    found -> assertThat(found).containsExactly("7", "10", "null"));
            source.execute("UPDATE t SET more = 8 WHERE id = 1");
            pipe.awaitValue(target, "SELECT more FROM t WHERE id = 1", "8");
            assertThat(Pipe.quarantine(target)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"POSTGRESQL", "MARIADB"})
    void an_added_column_is_waited_for_when_the_route_says_so_and_the_statement_is_told(Engine engine)
            throws SQLException {
        TestDatabase source = source(engine);
        try (Pipe pipe = start(source, "pause", ", added_columns: pause")) {
            pipe.awaitValue(target, "SELECT s FROM t", "before");
            alter(source);
            String statement = "ALTER TABLE \"public\".\"t\" ADD COLUMN \"more\" integer";
            awaitError(pipe, statement);
            assertThat(Pipe.rows(target, "SELECT s FROM t")).containsExactly("before");
            target.execute(statement);
            pipe.awaitRows(
                    target,
                    "SELECT id, to_jsonb(t) ->> 'more' FROM t ORDER BY id",
                    found -> assertThat(found).containsExactly("1|null", "2|10", "3|null"));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"POSTGRESQL", "MARIADB"})
    void an_added_column_is_left_out_otherwise_and_one_that_is_gone_is_waited_for(Engine engine) throws SQLException {
        TestDatabase source = source(engine);
        try (Pipe pipe = start(source, "ignore", "")) {
            pipe.awaitValue(target, "SELECT s FROM t", "before");
            alter(source);
            pipe.awaitValue(target, "SELECT count(*) FROM t", "3");
            assertThat(pipe.run().examine())
                    .extracting(Finding::toString)
                    .anyMatch(found ->
                            found.startsWith("WARNING t1: table public.t is without a column to write for more of "));
            source.execute("ALTER TABLE t DROP COLUMN s", "INSERT INTO t VALUES (4, 40)");
            awaitError(pipe, "public.t DROP COLUMN s");
            target.execute("ALTER TABLE t DROP COLUMN s");
            pipe.awaitRows(
                    target,
                    "SELECT * FROM t ORDER BY id",
                    found -> assertThat(found).isEqualTo(List.of("1", "2", "3", "4")));
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"POSTGRESQL", "MARIADB"})
    void a_column_may_be_added_to_the_target_first_and_changes_from_before_still_arrive(Engine engine)
            throws SQLException {
        TestDatabase source = source(engine);
        try (Pipe pipe = start(source, "first", "")) {
            pipe.awaitValue(target, "SELECT s FROM t", "before");
            pipe.pause();
            target.execute("ALTER TABLE t ADD COLUMN more INT DEFAULT 5");
            source.execute("UPDATE t SET s = 'changed'", "INSERT INTO t VALUES (9, 'old shape')");
            alter(source);
            pipe.resume();
            pipe.awaitRows(
                    target,
                    "SELECT * FROM t ORDER BY id",
                    found -> assertThat(found)
                            .containsExactly("1|changed|5", "2|after|10", "3|last|null", "9|old shape|5"));
            assertThat(Pipe.quarantine(target)).isEmpty();
        }
    }
}
