package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.replicator.PausedTable;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A table of a target takes no rows any more while the pipeline runs: it is left out alone, and made whole when it was mended. */
@ExtendWith(Servers.Extension.class)
class PausedTablesTest {

    private static final String A = "CREATE TABLE a (id INT PRIMARY KEY, s VARCHAR(100), n INT)";
    private static final String B = "CREATE TABLE b (id INT PRIMARY KEY, s VARCHAR(100))";
    private static final String ROWS = "SELECT id, s, n FROM a ORDER BY id";

    private final Servers servers;

    PausedTablesTest(Servers servers) {
        this.servers = servers;
    }

    /** Of another product than the target. */
    private TestDatabase source(Engine target) throws SQLException {
        TestDatabase source = servers.database(target == Engine.POSTGRESQL ? Engine.MARIADB : Engine.POSTGRESQL);
        source.execute(A, B);
        Pipe.inOne(source, Pipe.numbers(source, 3_000, "INSERT INTO a SELECT n, 'first', n"));
        source.execute("INSERT INTO b VALUES (0, 'first')");
        return source;
    }

    private static String name(String what, Engine engine) {
        return ("paused_" + what + "_" + engine).toLowerCase(Locale.ROOT);
    }

    /** Both tables are mirrored and were copied; the target has them from now on. */
    private static Pipe copied(String name, TestDatabase source, TestDatabase target) {
        target.execute(A, B);
        Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "a", "b"));
        awaitCopied(pipe, target);
        return pipe;
    }

    private static void awaitCopied(Pipe pipe, TestDatabase target) {
        pipe.awaitValue(target, "SELECT count(*) FROM tally_load WHERE state = 'done'", "2");
    }

    /** Rows are made, changed, moved and deleted, and deleted ones made again; then the other table has one more. */
    private static void change(Pipe pipe, TestDatabase source, TestDatabase target, int round) throws SQLException {
        int at = round * 10;
        source.execute(
                "INSERT INTO a VALUES (" + (5_000 + at) + ", 'new', 1), (" + (5_001 + at) + ", 'gone', 1)",
                "UPDATE a SET s = 'changed' WHERE id BETWEEN " + at + " AND " + (at + 3),
                "DELETE FROM a WHERE id IN (" + (at + 4) + ", " + (at + 5) + ", " + (2_900 + at) + ", " + (5_001 + at)
                        + ")",
                "UPDATE a SET id = -id WHERE id = " + (at + 6),
                "INSERT INTO a VALUES (" + (at + 5) + ", 'again', 1)",
                "INSERT INTO b VALUES (" + (round + 1) + ", 'round')");
        pipe.awaitValue(target, "SELECT count(*) FROM b WHERE id = " + (round + 1), "1");
    }

    private static PausedTable awaitPaused(Pipe pipe, TestDatabase source) {
        String a = Pipe.name(source, "a");
        Pipe.patiently()
                .untilAsserted(() -> assertThat(pipe.target().paused())
                        .as(() -> "of " + pipe.status())
                        .singleElement()
                        .satisfies(table -> assertThat(table.table()).isEqualTo(a)));
        return pipe.target().paused().get(0);
    }

    private static void awaitWhole(Pipe pipe, TestDatabase source, TestDatabase target) throws SQLException {
        pipe.awaitValue(target, "SELECT count(*) FROM tally_pause", "0");
        awaitEqual(pipe, source, target, ROWS);
        assertThat(Pipe.quarantine(target)).isEmpty();
        assertThat(pipe.target().paused()).isEmpty();
        assertThat(pipe.target().error()).isNull();
    }

    private static void awaitEqual(Pipe pipe, TestDatabase source, TestDatabase target, String rows)
            throws SQLException {
        List<String> wanted = Pipe.rows(source, rows);
        pipe.awaitRows(target, rows, found -> assertThat(found).isEqualTo(wanted));
    }

    private static void takeUpAsItIs(Pipe pipe, TestDatabase source) {
        TableName a = TableName.parse(Pipe.name(source, "a"));
        pipe.run().desks().get("t1").takeUp(a, new Order("kim", "not wanted any more", Instant.now()));
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void a_table_that_was_dropped_is_left_out_alone_and_made_whole_when_it_is_there_again(Engine engine)
            throws SQLException {
        TestDatabase source = source(engine);
        TestDatabase target = servers.database(engine);
        try (Pipe pipe = copied(name("dropped", engine), source, target)) {
            target.execute("DROP TABLE a");
            change(pipe, source, target, 0);
            PausedTable paused = awaitPaused(pipe, source);
            assertThat(paused.why()).contains(Pipe.name(target, "a") + " does not exist");
            change(pipe, source, target, 1);
            assertThat(pipe.target().error()).as("the target does not wait").isNull();
            assertThat(Pipe.quarantine(target)).isEmpty();
            target.execute(String.valueOf(paused.mend()));
            change(pipe, source, target, 2);
            awaitWhole(pipe, source, target);
            assertThat(pipe.run().desks().get("t1").history(9))
                    .extracting(PipelineDesk.Act::act)
                    .contains("table paused", "table taken up");
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void a_table_that_lacks_a_column_is_left_out_alone_also_over_a_restart_and_keeps_no_row_that_went_meanwhile(
            Engine engine) throws SQLException {
        TestDatabase source = source(engine);
        TestDatabase target = servers.database(engine);
        try (Pipe pipe = copied(name("column", engine), source, target)) {
            target.execute("ALTER TABLE a DROP COLUMN n");
            change(pipe, source, target, 0);
            PausedTable paused = awaitPaused(pipe, source);
            assertThat(paused.why()).contains("has no column n");
            pipe.pause();
            source.execute("DELETE FROM a WHERE id BETWEEN 100 AND 199");
            pipe.resume();
            change(pipe, source, target, 1);
            assertThat(awaitPaused(pipe, source)).isEqualTo(paused);
            assertThat(Pipe.value(target, "SELECT count(*) FROM a")).isEqualTo("3000");
            target.execute(String.valueOf(paused.mend()));
            change(pipe, source, target, 2);
            awaitWhole(pipe, source, target);
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void a_table_whose_right_was_revoked_is_left_out_alone_and_the_grant_is_told(Engine engine) throws SQLException {
        TestDatabase source = source(engine);
        TestDatabase target = servers.database(engine);
        target.execute(A, B);
        io.tallystick.jdbc.Schema.of(io.tallystick.jdbc.Jdbc.on(target.dataSource()))
                .install("cdc");
        boolean postgres = engine == Engine.POSTGRESQL;
        String user = postgres ? "clerk" : "clerk@'%'";
        target.execute(
                postgres
                        ? "CREATE ROLE clerk LOGIN PASSWORD 'clerk-pw'"
                        : "CREATE USER clerk@'%' IDENTIFIED BY 'clerk-pw'",
                "GRANT SELECT ON " + Pipe.name(target, "tally_schema") + " TO " + user);
        for (String table : List.of(
                "a",
                "b",
                "tally_position",
                "tally_quarantine",
                "tally_quarantine_audit",
                "tally_conflict",
                "tally_load",
                "tally_pause",
                "tally_pipeline",
                "tally_pipeline_audit")) {
            target.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON " + Pipe.name(target, table) + " TO " + user);
        }
        String yaml = Pipe.mirror(name("revoked", engine), source, target, "a", "b")
                .replaceFirst(
                        "(t1: \\{url: \"[^\"]*\"), user: \\w+, password: [\\w-]*",
                        "$1, user: clerk, password: clerk-pw");
        try (Pipe pipe = Pipe.start(yaml)) {
            awaitCopied(pipe, target);
            target.execute("REVOKE INSERT, DELETE ON " + Pipe.name(target, "a") + " FROM " + user);
            change(pipe, source, target, 0);
            PausedTable paused = awaitPaused(pipe, source);
            assertThat(paused.why()).contains("without the right to INSERT, DELETE");
            assertThat(paused.mend()).startsWith("GRANT INSERT, DELETE ON ");
            target.execute("REVOKE SELECT, UPDATE ON " + Pipe.name(target, "a") + " FROM " + user);
            Pipe.patiently()
                    .untilAsserted(() -> assertThat(awaitPaused(pipe, source).mend())
                            .contains("GRANT SELECT, INSERT, UPDATE, DELETE"));
            PausedTable all = awaitPaused(pipe, source);
            assertThat(all.since()).isEqualTo(paused.since());
            change(pipe, source, target, 1);
            target.execute(String.valueOf(all.mend()));
            awaitWhole(pipe, source, target);
        } finally {
            target.execute(
                    postgres ? "DROP OWNED BY clerk" : "DO 1", postgres ? "DROP ROLE clerk" : "DROP USER clerk@'%'");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "id VARCHAR(20) PRIMARY KEY, s VARCHAR(100), n INT | ''                        | sort its key differently",
                "id INT PRIMARY KEY, s VARCHAR(100), n INT UNIQUE  | ''                        | a second unique key",
                "id INT PRIMARY KEY REFERENCES b (id), s VARCHAR(100), n INT | ''              | a foreign key ties",
                "id INT PRIMARY KEY, s VARCHAR(100), n INT | , on_conflict: source_wins        | a policy for conflicts",
                "id INT PRIMARY KEY, s VARCHAR(100), n INT | , mode: insert_if_absent          | rows belong to the target",
            })
    void a_table_that_a_copy_does_not_make_whole_holds_up_its_target_which_says_why(
            String columns, String route, String why) throws SQLException {
        TestDatabase source = servers.database(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        for (TestDatabase each : List.of(source, target)) {
            each.execute(B, "CREATE TABLE a (" + columns + ")");
        }
        source.execute(
                "INSERT INTO b VALUES (1, 'one'), (2, 'two'), (3, 'three')",
                "INSERT INTO a VALUES (1, 'one', 1), (2, 'two', 2)");
        String yaml = Pipe.mirror("paused_whole_" + Math.abs((columns + route).hashCode()), source, target, "a", "b")
                .replace("table: public.a}", "table: public.a" + route + "}");
        try (Pipe pipe = Pipe.start(yaml)) {
            awaitCopied(pipe, target);
            target.execute("ALTER TABLE a DROP COLUMN s");
            source.execute(
                    "INSERT INTO a VALUES (3, 'three', 3)",
                    "UPDATE b SET s = 'later'",
                    "UPDATE a SET n = 4 WHERE n = 3");
            Pipe.patiently()
                    .untilAsserted(() -> assertThat(String.valueOf(pipe.target().error()))
                            .contains("the target waits as a whole, for public.a cannot be left out: ")
                            .contains(why));
            assertThat(pipe.target().paused()).isEmpty();
            assertThat(Pipe.rows(target, "SELECT s FROM b ORDER BY id")).containsExactly("one", "two", "three");
            target.execute("ALTER TABLE a ADD COLUMN s VARCHAR(100)");
            pipe.awaitValue(target, "SELECT DISTINCT s FROM b", "later");
            pipe.awaitValue(target, "SELECT count(*) FROM a WHERE id::text = '3'", "1");
            assertThat(Pipe.quarantine(target)).isEmpty();
        }
    }

    @Test
    void a_table_whose_changes_another_pipeline_carries_back_holds_up_its_target() throws SQLException {
        TestDatabase north = servers.database(Engine.POSTGRESQL);
        TestDatabase south = servers.database(Engine.POSTGRESQL);
        north.execute(A, B, "INSERT INTO a VALUES (1, 'one', 1)", "INSERT INTO b VALUES (1, 'one')");
        south.execute(A, B);
        try (Pipe there = Pipe.start(Pipe.mirror("paused_there", north, south, "a", "b"))) {
            awaitCopied(there, south);
            try (Pipe back = Pipe.start(Pipe.mirror("paused_back", south, north, "a", "b"), "copy_first: false")) {
                Pipe.patiently().until(() -> back.target().position() != null);
                south.execute("INSERT INTO a VALUES (2, 'two', 2)");
                back.awaitValue(north, "SELECT count(*) FROM a", "2");
                north.execute("INSERT INTO b VALUES (2, 'two')");
                // it has come back by then
                there.awaitValue(south, "SELECT count(*) FROM b", "2");
                south.execute("ALTER TABLE a RENAME COLUMN s TO t");
                north.execute("UPDATE a SET s = 'later' WHERE id = 1");
                Pipe.patiently()
                        .untilAsserted(
                                () -> assertThat(String.valueOf(there.target().error()))
                                        .contains("another pipeline carries its changes back"));
                south.execute("ALTER TABLE a RENAME COLUMN t TO s");
                there.awaitValue(south, "SELECT s FROM a WHERE id = 1", "later");
            }
        }
    }

    @Test
    void a_table_that_is_missing_at_the_first_start_holds_up_its_target() throws SQLException {
        TestDatabase source = source(Engine.MARIADB);
        TestDatabase target = servers.database(Engine.MARIADB);
        target.execute(B);
        try (Pipe pipe = Pipe.start(Pipe.mirror("paused_first", source, target, "a", "b"))) {
            Pipe.patiently()
                    .untilAsserted(() -> assertThat(String.valueOf(pipe.target().error()))
                            .contains(Pipe.name(target, "a") + " does not exist"));
            assertThat(pipe.run().examine())
                    .anyMatch(finding -> finding.toString().contains("does not exist"));
            assertThat(pipe.target().paused()).isEmpty();
            target.execute(A);
            awaitCopied(pipe, target);
            awaitWhole(pipe, source, target);
        }
    }

    @Test
    void a_table_that_is_away_for_a_moment_is_waited_for_and_not_copied_anew() throws SQLException {
        TestDatabase source = source(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        target.execute(A, B);
        try (Pipe pipe = Pipe.start(Pipe.mirror("paused_moment", source, target, "a", "b"), "longest_pause: 10s")) {
            awaitCopied(pipe, target);
            String copiedAt = Pipe.value(target, "SELECT max(changed_at) FROM tally_load");
            target.execute("ALTER TABLE a RENAME TO away");
            source.execute("UPDATE a SET s = 'later' WHERE id = 1");
            Pipe.patiently().until(() -> pipe.target().error() != null);
            target.execute("ALTER TABLE away RENAME TO a");
            pipe.awaitValue(target, "SELECT s FROM a WHERE id = 1", "later");
            // a machine that took longer than two seconds for this has left it out
            if (Pipe.rows(target, "SELECT act FROM tally_pipeline_audit").isEmpty()) {
                assertThat(Pipe.value(target, "SELECT max(changed_at) FROM tally_load"))
                        .isEqualTo(copiedAt);
            }
        }
    }

    @Test
    void a_table_that_lost_a_column_for_good_is_taken_up_as_it_is_when_a_person_says_so() throws SQLException {
        TestDatabase source = source(Engine.MARIADB);
        TestDatabase target = servers.database(Engine.MARIADB);
        try (Pipe pipe = copied("paused_by_hand", source, target)) {
            target.execute("ALTER TABLE a DROP COLUMN n");
            change(pipe, source, target, 0);
            awaitPaused(pipe, source);
            takeUpAsItIs(pipe, source);
            pipe.awaitValue(target, "SELECT count(*) FROM tally_pause", "0");
            change(pipe, source, target, 1);
            awaitEqual(pipe, source, target, "SELECT id, s FROM a ORDER BY id");
        }
    }

    @Test
    void a_table_that_is_taken_up_as_it_is_stays_so_although_another_one_goes_at_the_same_time() throws SQLException {
        TestDatabase source = source(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        try (Pipe pipe = copied("paused_as_it_is", source, target)) {
            target.execute("ALTER TABLE a DROP COLUMN n");
            change(pipe, source, target, 0);
            awaitPaused(pipe, source);
            target.execute("ALTER TABLE b RENAME TO away", "CREATE UNIQUE INDEX ON a (s, id)");
            takeUpAsItIs(pipe, source);
            awaitEqual(pipe, source, target, "SELECT id, s FROM a ORDER BY id");
            target.execute("ALTER TABLE away RENAME TO b");
            change(pipe, source, target, 1);
            pipe.awaitValue(target, "SELECT count(*) FROM tally_pause", "0");
            pipe.awaitValue(target, "SELECT count(*) FROM a", Pipe.value(source, "SELECT count(*) FROM a"));
        }
    }

    @Test
    void a_table_that_goes_again_while_it_is_copied_is_left_out_again_and_another_target_does_not_notice()
            throws SQLException {
        TestDatabase source = source(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        TestDatabase other = servers.database(Engine.MARIADB);
        target.execute(A, B);
        other.execute(A, B);
        String yaml = Pipe.head("paused_again", source, List.of("a", "b"), target, other) + "routes:\n";
        for (String table : List.of("a", "b")) {
            yaml += "  - {from: " + Pipe.name(source, table) + ", to: [{target: t1, table: " + Pipe.name(target, table)
                    + "}, {target: t2, table: " + Pipe.name(other, table) + "}]}\n";
        }
        try (Pipe pipe = Pipe.start(yaml)) {
            awaitCopied(pipe, target);
            awaitCopied(pipe, other);
            target.execute("DROP TABLE a");
            change(pipe, source, target, 0);
            awaitPaused(pipe, source);
            for (int round = 1; round < 5; round++) {
                // not to be filled beyond the first chunk
                target.execute(A, "ALTER TABLE a ADD CONSTRAINT few CHECK (id < 100000) NOT VALID");
                pipe.awaitRows(
                        target,
                        "SELECT count(*) FROM a",
                        found -> assertThat(found).isNotEqualTo(List.of("0")));
                target.execute("DROP TABLE a");
                change(pipe, source, target, round);
                awaitPaused(pipe, source);
            }
            target.execute(A);
            change(pipe, source, target, 5);
            awaitWhole(pipe, source, target);
            awaitEqual(pipe, source, other, ROWS);
            assertThat(pipe.status().targets().get(1).paused()).isEmpty();
            assertThat(Pipe.rows(other, "SELECT * FROM tally_pause")).isEmpty();
        }
    }

    @Test
    void changes_of_it_that_waited_in_quarantine_are_given_up_for_the_copy() throws SQLException {
        TestDatabase source = source(Engine.POSTGRESQL);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        target.execute(A.replace("n INT", "n INT CHECK (n <> 7777)"), B);
        try (Pipe pipe = Pipe.start(Pipe.mirror("paused_quarantine", source, target, "a", "b"))) {
            awaitCopied(pipe, target);
            source.execute("UPDATE a SET n = 7777 WHERE id IN (1, 2)");
            pipe.awaitValue(target, "SELECT count(*) FROM tally_quarantine", "2");
            target.execute("ALTER TABLE a RENAME TO away");
            change(pipe, source, target, 0);
            PausedTable paused = awaitPaused(pipe, source);
            source.execute("DELETE FROM a WHERE id = 1");
            change(pipe, source, target, 1);
            target.execute("ALTER TABLE away DROP CONSTRAINT a_n_check", "ALTER TABLE away RENAME TO a");
            awaitWhole(pipe, source, target);
            assertThat(paused.mend()).startsWith("CREATE TABLE ");
        }
    }
}
