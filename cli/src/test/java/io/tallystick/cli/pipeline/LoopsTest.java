package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Pipelines that face each other: nothing comes back to where it came from, and everything else is carried on. */
@ExtendWith(Servers.Extension.class)
class LoopsTest {

    private static final String ITEM = "CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(20), amount INT)";
    private static final String ALL = "SELECT id, name, amount FROM item ORDER BY id";
    private static final int EACH = 40;

    private final Servers servers;

    LoopsTest(Servers servers) {
        this.servers = servers;
    }

    private static String name(String what, TestDatabase one, TestDatabase other) {
        return (what + "_" + one.engine() + "_" + other.engine()).toLowerCase(Locale.ROOT);
    }

    /** The rows that are there already are copied one way. */
    private static Pipe back(String name, TestDatabase source, TestDatabase target, String more) {
        return Pipe.start(Pipe.mirror(name, source, target, "item") + more, "copy_first: false");
    }

    /** A change is counted when it is committed, and seen a moment before; one too many is there by then. */
    private static void awaitChanges(Pipe pipe, TestDatabase target, int expected) {
        pipe.awaitRows(
                target,
                "SELECT 1",
                any -> assertThat(pipe.target().counts().changes()).isEqualTo(expected));
    }

    private static void write(TestDatabase db, String who, int from) {
        for (int id = from; id < from + EACH; id++) {
            db.execute("INSERT INTO item VALUES (" + id + ", '" + who + "', 0)");
            db.execute("UPDATE item SET amount = amount + 1 WHERE id = " + id);
        }
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "MARIADB, POSTGRESQL", "MYSQL, MARIADB"})
    void two_databases_that_both_are_written_become_equal_and_nothing_comes_back(Engine a, Engine b)
            throws SQLException {
        TestDatabase one = servers.database(a);
        TestDatabase other = servers.database(b);
        one.execute(ITEM, "INSERT INTO item VALUES (1, 'before', 1), (2, 'before', 2)");
        other.execute(ITEM);
        try (Pipe there = Pipe.start(Pipe.mirror(name("there", one, other), one, other, "item"))) {
            there.awaitValue(other, "SELECT count(*) FROM item", "2");
            try (Pipe back = back(name("back", one, other), other, one, "")) {
                back.awaitValue(one, "SELECT count(*) FROM tally_position WHERE position IS NOT NULL", "1");
                CompletableFuture<Void> busy = CompletableFuture.runAsync(() -> write(one, "one", 1_000));
                write(other, "other", 2_000);
                busy.join();
                // behind everything in both logs, and the ends of both come after what would echo
                one.execute("INSERT INTO item VALUES (9001, 'end', 0)");
                there.awaitValue(other, "SELECT count(*) FROM item WHERE id = 9001", "1");
                other.execute("INSERT INTO item VALUES (9002, 'end', 0)");
                back.awaitValue(one, "SELECT count(*) FROM item WHERE id = 9002", "1");
                one.execute("INSERT INTO item VALUES (9003, 'end', 0)");
                there.awaitValue(other, "SELECT count(*) FROM item WHERE id = 9003", "1");

                assertThat(Pipe.rows(one, ALL)).hasSize(2 * EACH + 5).isEqualTo(Pipe.rows(other, ALL));
                // an insert and an update of each row, and the end: nothing that came from there
                awaitChanges(back, one, 2 * EACH + 1);
                // the rows that are copied count as no changes
                awaitChanges(there, other, 2 * EACH + 2);
                assertThat(Pipe.quarantine(one)).isEmpty();
                assertThat(Pipe.quarantine(other)).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "MARIADB, POSTGRESQL"})
    void two_databases_that_write_the_same_rows_agree_on_the_latest(Engine a, Engine b) throws SQLException {
        TestDatabase one = servers.database(a);
        TestDatabase other = servers.database(b);
        one.execute(ITEM, "INSERT INTO item VALUES (1, 'before', 1), (2, 'before', 1), (3, 'before', 1)");
        other.execute(ITEM);
        String latest = ", on_conflict: latest(amount)}]\n";
        try (Pipe there = Pipe.start(
                Pipe.mirror(name("late", one, other), one, other, "item").replace("}]\n", latest))) {
            there.awaitValue(other, "SELECT count(*) FROM item", "3");
            there.awaitValue(other, "SELECT count(*) FROM tally_load WHERE state <> 'done'", "0");
            try (Pipe back = Pipe.start(
                    Pipe.mirror(name("late_back", one, other), other, one, "item")
                            .replace("}]\n", latest),
                    "copy_first: false")) {
                back.awaitValue(one, "SELECT count(*) FROM tally_position WHERE position IS NOT NULL", "1");
                there.pause();
                back.pause();
                one.execute("INSERT INTO item VALUES (4, 'one', 0)");
                other.execute("INSERT INTO item VALUES (4, 'other', 1)");
                there.resume();
                back.resume();
                CompletableFuture<Void> busy = CompletableFuture.runAsync(() -> race(one, "one", 0));
                race(other, "other", 1);
                busy.join();
                one.execute("INSERT INTO item VALUES (98, 'end', 0)");
                there.awaitValue(other, "SELECT count(*) FROM item WHERE id = 98", "1");
                other.execute("INSERT INTO item VALUES (99, 'end', 0)");
                back.awaitValue(one, "SELECT count(*) FROM item WHERE id = 99", "1");
                assertThat(Pipe.rows(one, ALL))
                        .isEqualTo(Pipe.rows(other, ALL))
                        .startsWith("1|other|41", "2|other|41", "3|other|41", "4|other|1");
                assertThat(Pipe.quarantine(one)).isEmpty();
                assertThat(Pipe.quarantine(other)).isEmpty();
            }
        }
    }

    /** Their numbers are even on one side and odd on the other. */
    private static void race(TestDatabase db, String who, int odd) {
        for (int version = 2; version <= 40; version += 2) {
            for (int id = 1; id <= 3; id++) {
                int now = version + odd;
                db.execute("UPDATE item SET name = '" + who + "', amount = " + now + " WHERE id = " + id
                        + " AND amount < " + now);
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "POSTGRESQL, MARIADB", "MARIADB, MYSQL"})
    void a_transaction_of_many_pieces_does_not_come_back_either(Engine a, Engine b) throws SQLException {
        TestDatabase one = servers.database(a);
        TestDatabase other = servers.database(b);
        for (TestDatabase each : List.of(one, other)) {
            each.execute(ITEM);
        }
        if (b == Engine.POSTGRESQL) {
            // the smallest there is, so that the log is streamed while the transaction is open
            other.execute("ALTER DATABASE \"" + other.name() + "\" SET logical_decoding_work_mem = '64kB'");
        }
        try (Pipe there = Pipe.start(Pipe.mirror(name("much", one, other), one, other, "item"));
                Pipe back = back(name("much_back", one, other), other, one, "")) {
            back.awaitValue(one, "SELECT count(*) FROM tally_position WHERE position IS NOT NULL", "1");
            one.execute(
                    "INSERT INTO item WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 900)"
                            + " SELECT a.i + 900 * b.i, 'many', 0 FROM n a, (SELECT 0 AS i UNION SELECT 1 UNION SELECT 2"
                            + " UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8) b");
            there.awaitValue(other, "SELECT count(*) FROM item", "8100");
            other.execute("INSERT INTO item VALUES (9999, 'end', 0)");
            back.awaitValue(one, "SELECT count(*) FROM item WHERE id = 9999", "1");
            awaitChanges(back, one, 1);
            assertThat(Pipe.quarantine(one)).isEmpty();
        }
    }

    @Test
    void a_change_is_carried_on_to_a_third_database_and_back_to_none() throws SQLException {
        TestDatabase one = servers.database(Engine.POSTGRESQL);
        TestDatabase hub = servers.database(Engine.MARIADB);
        TestDatabase third = servers.database(Engine.POSTGRESQL);
        for (TestDatabase each : List.of(one, hub, third)) {
            each.execute(ITEM);
        }
        String from = "- from: " + Pipe.name(hub, "item");
        try (Pipe there = Pipe.start(Pipe.mirror("to_hub", one, hub, "item"));
                Pipe on = Pipe.start(
                        Pipe.head("from_hub", hub, List.of("item"), one, third) + "routes:\n  " + from
                                + "\n    to: [{target: t1, table: public.item}, {target: t2, table: public.item}]\n",
                        "copy_first: false")) {
            on.awaitValue(third, "SELECT count(*) FROM tally_position WHERE position IS NOT NULL", "1");
            // what comes by the first copy is no change, and is not counted as one
            there.awaitValue(hub, "SELECT count(*) FROM tally_load WHERE state = 'done'", "1");
            one.execute("INSERT INTO item VALUES (1, 'one', 1)");
            on.awaitRows(third, ALL, found -> assertThat(found).containsExactly("1|one|1"));
            hub.execute("INSERT INTO item VALUES (2, 'hub', 2)");
            on.awaitValue(one, "SELECT count(*) FROM item", "2");
            on.awaitValue(third, "SELECT count(*) FROM item", "2");
            // to where it came from
            awaitChanges(on, one, 1);
            assertThat(Pipe.quarantine(one)).isEmpty();
            awaitChanges(there, hub, 1);
        }
    }

    @Test
    void a_chain_within_one_database_is_carried_on_and_with_loop_carry_even_what_came_from_there() throws SQLException {
        TestDatabase db = servers.database(Engine.POSTGRESQL);
        db.execute(ITEM, ITEM.replace("item", "second"), ITEM.replace("item", "third"));
        String first = Pipe.head("first_step", db, List.of("item"), db)
                + "routes:\n  - from: public.item\n    to: [{target: t1, table: public.second}]\n";
        String next = Pipe.head("next_step", db, List.of("second"), db)
                + "routes:\n  - from: public.second\n    to: [{target: t1, table: public.third}]\n";
        String home = "loop: carry\n"
                + Pipe.head("way_home", db, List.of("third"), db)
                + "routes:\n  - from: public.third\n    to: [{target: t1, table: public.second, mode: insert_if_absent}]\n";
        try (Pipe one = Pipe.start(first);
                Pipe two = Pipe.start(next);
                Pipe three = Pipe.start(home)) {
            one.awaitValue(db, "SELECT count(*) FROM tally_position WHERE position IS NOT NULL", "3");
            db.execute("INSERT INTO item VALUES (1, 'through', 1)");
            two.awaitRows(
                    db, ALL.replace("item", "third"), found -> assertThat(found).containsExactly("1|through|1"));
            awaitChanges(three, db, 1);
        }
    }

    @Test
    void a_pipeline_that_is_named_is_never_carried_on() throws SQLException {
        TestDatabase one = servers.database(Engine.MARIADB);
        TestDatabase hub = servers.database(Engine.POSTGRESQL);
        TestDatabase third = servers.database(Engine.MARIADB);
        for (TestDatabase each : List.of(one, hub, third)) {
            each.execute(ITEM);
        }
        try (Pipe there = Pipe.start(Pipe.mirror("named", one, hub, "item"));
                Pipe on = back("not_on", hub, third, "loop: [named]\n")) {
            on.awaitValue(third, "SELECT count(*) FROM tally_position WHERE position IS NOT NULL", "1");
            one.execute("INSERT INTO item VALUES (1, 'one', 1)");
            there.awaitValue(hub, "SELECT count(*) FROM item", "1");
            hub.execute("INSERT INTO item VALUES (2, 'hub', 2)");
            on.awaitRows(third, ALL, found -> assertThat(found).containsExactly("2|hub|2"));
        }
    }
}
