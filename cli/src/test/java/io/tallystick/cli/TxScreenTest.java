package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What {@code tally tx} shows fits a terminal of 80 columns, and its commands can be copied from there into a shell. */
@Databases(ownServer = true)
class TxScreenTest extends TxScene {

    private static final Terminal EIGHTY = new Terminal(true, false, 80, 24);
    private static final String AT_HAND = "'by hand'";

    TxScreenTest(TestDatabase db) {
        super(db);
    }

    private static void assertFits(Run run) {
        assertThat(Stream.concat(run.out().lines(), run.err().lines()).filter(line -> !line.contains(" tally tx ")))
                .allSatisfy(line -> assertThat(TextWidth.of(line)).as(line).isLessThanOrEqualTo(80));
    }

    @Test
    void the_list_shows_ids_whole_on_eighty_columns_and_a_row_on_one_line_in_a_pipe() throws SQLException {
        prepare();
        List<String> more =
                List.of("--resource", "a-rather-long-name=" + db.url().replace(":" + db.port(), ":1"));
        Run narrow = tx(EIGHTY, more, "list");
        assertFits(narrow);
        assertThat(narrow.out().lines()).contains("    " + gtrid);
        assertThat(narrow.out()).contains("? undecided").contains("gone");
        assertThat(tx("list").out().lines()).anyMatch(line -> line.startsWith(gtrid + "  ? undecided"));
    }

    @Test
    void a_transaction_is_shown_on_eighty_columns_with_what_bears_no_risk_first() throws SQLException {
        prepare();
        Run show = tx(EIGHTY, List.of(), "show", gtrid.toString());
        assertFits(show);
        List<String> commands = show.out()
                .lines()
                .filter(line -> line.contains("tally tx resolve"))
                .toList();
        assertThat(commands).hasSize(2);
        assertThat(commands.get(0)).contains("--abort").doesNotContain("--force");
        assertThat(commands.get(1)).contains("--commit --force");
    }

    @Test
    void the_command_that_is_shown_ends_the_transaction_when_it_is_copied_as_it_stands() throws Exception {
        prepare();
        String command = tx(EIGHTY, List.of("--user", db.user()), "show", gtrid.toString())
                .out()
                .lines()
                .filter(line -> line.contains("--abort"))
                .findFirst()
                .orElseThrow();
        assertThat(command).contains("--user " + db.user());
        List<String> words = asTheShellReads(command.strip().substring("tally ".length()));
        Run done = Run.on(db, words.toArray(String[]::new));
        assertThat(done.exit()).as(done.err()).isZero();
        assertThat(amount()).isEqualTo(100);
        assertThat(store.orders(1).get(0)).extracting("who", "why").containsExactly("NAME", "TEXT");
    }

    @Test
    void an_order_that_is_refused_names_the_command_that_says_what_is_possible() throws Exception {
        prepareAndLive();
        Run refused = tx(EIGHTY, List.of(), "resolve", gtrid.toString(), "--abort", "--who", "kim", "--why", "x");
        assertThat(refused.exit()).isEqualTo(Exit.REFUSED);
        String command = refused.err()
                .lines()
                .filter(line -> line.contains(": tally tx show "))
                .findFirst()
                .orElseThrow();
        assertThat(refused.err().lines().filter(line -> !line.equals(command)))
                .allSatisfy(line -> assertThat(TextWidth.of(line)).isLessThanOrEqualTo(80));
        List<String> words = asTheShellReads(command.substring(command.indexOf("tally ") + "tally ".length()));
        Run show = Run.on(db, words.toArray(String[]::new));
        assertThat(show.exit()).as(show.err()).isZero();
        assertThat(show.out()).contains(gtrid.toString());
    }

    @Test
    void words_that_a_shell_would_take_apart_are_quoted() throws Exception {
        for (String word : List.of("a b", "it's", "a;b", "$HOME", "jdbc:mysql://h/db?a=1&b=2", "")) {
            assertThat(asTheShellReads(DatabaseOptions.quoted(word))).as(word).containsExactly(word);
        }
        assertThat(DatabaseOptions.quoted("orders=jdbc:postgresql://db1:5432/orders"))
                .isEqualTo("orders=jdbc:postgresql://db1:5432/orders");
    }

    private static List<String> asTheShellReads(String words) throws IOException, InterruptedException {
        Process shell = new ProcessBuilder("/bin/sh", "-c", "printf '%s\\n' " + words).start();
        String read = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(shell.waitFor()).isZero();
        List<String> lines = List.of(read.split("\n", -1));
        return lines.subList(0, lines.size() - 1);
    }

    @Test
    void who_waits_for_a_lock_is_shown_with_who_holds_it_on_eighty_columns() throws SQLException {
        if (db.engine() == Engine.MYSQL) {
            Run off = tx(EIGHTY, List.of(), "locks");
            assertThat(off.exit()).isEqualTo(Exit.REFUSED);
            assertThat(off.err())
                    .contains("who waits for a lock in orders cannot be read")
                    .contains("XA_RECOVER_ADMIN");
            assertFits(off);
            return;
        }
        assertThat(tx("locks").out()).contains("Nobody waits for a lock.");
        prepareByHand(db, AT_HAND, "UPDATE item SET amount = 50 WHERE id = 1");
        CompletableFuture<?> writer =
                Background.run(() -> db.execute("UPDATE item SET amount = amount + 1 WHERE id = 1"));
        await().untilAsserted(() -> assertThat(tx("locks").out()).contains("UPDATE item"));
        Run narrow = tx(EIGHTY, List.of(), "locks");
        assertFits(narrow);
        boolean named = db.engine() == Engine.POSTGRESQL;
        String holder = named ? AT_HAND + ", prepared by somebody else" : "a prepared branch of somebody else";
        assertThat(narrow.out()).contains("    held by " + holder + "; waits:");
        assertThat(tx("locks").out()).contains(holder);
        assertThat(tx("locks", "--json").out())
                .contains("\"prepared\" : true")
                .contains("\"stranger\" : " + (named ? "\"" + AT_HAND + "\"" : "null"));
        rollbackByHand(db, AT_HAND);
        writer.orTimeout(60, TimeUnit.SECONDS).join();
    }

    @Test
    void all_that_may_hold_a_lock_are_named_whole_however_wide_the_terminal_is() throws SQLException {
        if (db.engine() == Engine.MYSQL) {
            return;
        }
        Gtrid first = gtrid;
        Voted holder = prepareAndLive(1);
        gtrid = another();
        prepareAndLive(2);
        CompletableFuture<?> writer =
                Background.run(() -> db.execute("UPDATE item SET amount = amount + 1 WHERE id = 1"));
        await().untilAsserted(() -> assertThat(tx("locks").out()).contains("UPDATE item"));
        for (int width : new int[] {80, 120, 200}) {
            Run locks = tx(new Terminal(true, false, width, 24), List.of(), "locks");
            assertThat(locks.out().lines())
                    .allSatisfy(line -> assertThat(TextWidth.of(line)).as(line).isLessThanOrEqualTo(width));
            assertThat(locks.out()).contains(first.toString());
            assertThat(locks.out().contains(gtrid.toString()))
                    .as("MariaDB does not say which one it is")
                    .isEqualTo(db.engine() == Engine.MARIADB);
        }
        driver.rollback(holder.xid(), holder.hint(), Duration.ofSeconds(30));
        writer.orTimeout(60, TimeUnit.SECONDS).join();
    }
}
