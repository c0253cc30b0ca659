package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.DecisionRecord;
import io.tallystick.xa.Verdict;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A person at the command line, with a real prepared branch whose coordinator is gone, and no engine running. */
@Databases(ownServer = true)
class TxCommandTest extends TxScene {

    TxCommandTest(TestDatabase db) {
        super(db);
    }

    @Test
    void what_is_in_doubt_is_listed_shown_and_rolled_back_with_who_and_why_written_down() throws SQLException {
        prepare();
        Run list = tx("list");
        assertThat(list.exit()).as(list.err()).isZero();
        assertThat(list.out())
                .contains(gtrid.toString())
                .contains("undecided")
                .contains("gone")
                .contains("orders");
        Run show = tx("show", gtrid.toString());
        assertThat(show.exit()).as(show.err()).isZero();
        assertThat(show.out())
                .contains("tally tx resolve " + gtrid + " --abort --who NAME --why TEXT")
                .contains("--commit --force");

        Run resolve = tx("resolve", gtrid.toString(), "--abort", "--who", "kim", "--why", "ticket 42");
        assertThat(resolve.exit()).as(resolve.err()).isZero();
        assertThat(resolve.out()).contains("rolled back");
        assertThat(amount()).isEqualTo(100);
        assertThat(store.orders(1).get(0)).extracting("who", "why").containsExactly("kim", "ticket 42");
        assertThat(tx("list").out()).contains("Nothing is in doubt");
    }

    @Test
    void what_was_decided_is_finished_and_never_rolled_back() throws SQLException {
        store.commit(new DecisionRecord(gtrid, List.of(prepare()), Instant.now()));
        Run abort = tx("resolve", gtrid.toString(), "--abort", "--force", "--who", "kim", "--why", "x");
        assertThat(abort.exit()).isEqualTo(Exit.REFUSED);
        assertThat(abort.err()).contains("a decision to commit is durable").contains("tally tx show " + gtrid);
        Run commit = tx("resolve", gtrid.toString(), "--commit", "--who", "kim", "--why", "x", "--json");
        assertThat(commit.exit()).as(commit.err()).isZero();
        assertThat(commit.out()).contains("\"result\" : \"done\"").contains("\"told\" : \"commit\"");
        assertThat(amount()).isEqualTo(70);
        assertThat(store.lookup(gtrid)).contains(Verdict.COMMIT);
        assertThat(tx("list").out()).contains("Nothing is in doubt");
    }

    @Test
    void a_database_that_is_away_hides_nothing_of_the_others() throws SQLException {
        prepare();
        String[] away = {"--resource", "lost=" + db.url().replace(":" + db.port(), ":1")};
        Run list = tx(Stream.concat(Stream.of("list"), Arrays.stream(away)).toArray(String[]::new));
        assertThat(list.exit()).isEqualTo(Exit.UNREACHABLE);
        assertThat(list.out()).contains(gtrid.toString());
        assertThat(list.err()).contains("cannot connect to").contains(":1/");
        Run show = tx(Stream.concat(Stream.of("show", gtrid.toString()), Arrays.stream(away))
                .toArray(String[]::new));
        assertThat(show.out()).contains("--abort");
        Run none = Run.on(
                db, Stream.concat(Stream.of("tx", "list"), Arrays.stream(away)).toArray(String[]::new));
        assertThat(none.exit()).isEqualTo(Exit.UNREACHABLE);
        assertThat(none.out()).as("nothing is said of what cannot be seen").isEmpty();
    }

    @Test
    void who_waits_for_a_lock_is_also_told_where_another_database_is_away_and_good_news_are_not_told_of_it() {
        Run locks = tx("locks", "--resource", "lost=" + db.url().replace(":" + db.port(), ":1"));
        if (db.engine() == Engine.MYSQL) {
            assertThat(locks.exit()).as("its performance schema is off here").isEqualTo(Exit.REFUSED);
            return;
        }
        assertThat(locks.exit()).isEqualTo(Exit.UNREACHABLE);
        assertThat(locks.out()).contains("Nobody waits for a lock in the databases that answer.");
        assertThat(locks.err()).contains("lost: ").contains("cannot connect to").contains(":1/");
    }

    @Test
    void the_list_as_json_has_every_field() throws SQLException {
        prepare();
        assertThat(tx("list", "--json").out())
                .contains("\"gtrid\" : \"" + gtrid + "\"")
                .contains("\"phase\" : \"undecided\"")
                .contains("\"coordinatorLives\" : false")
                .contains("\"state\" : \"prepared\"")
                .contains("\"problems\" : [ ]");
    }

    @Test
    void the_doctor_names_what_stands_in_the_way_and_the_command_that_mends_it() {
        assertThat(tx("doctor").out()).contains("orders");
        try (TestDatabase empty = db.createDatabase()) {
            Run run = Run.on(empty, "tx", "doctor", "--resource", "stock=" + empty.url());
            assertThat(run.exit()).isEqualTo(Exit.FINDINGS);
            assertThat(run.out()).contains("component xa").contains("tally schema install xa");
        }
    }

    @Test
    void without_a_resource_the_command_says_how_to_name_one() {
        Run run = Run.on(db, "tx", "list");
        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err()).contains("--resource orders=jdbc:postgresql://host/db");
    }

    @Test
    void an_unknown_transaction_ends_with_4_and_what_is_no_id_with_2() {
        Run unknown = tx("show", gtrid.toString());
        assertThat(unknown.exit()).isEqualTo(Exit.REFUSED);
        assertThat(unknown.err())
                .contains("nothing is known of transaction " + gtrid)
                .contains("tally tx list");
        Run wrong = tx("show", "abc");
        assertThat(wrong.exit()).isEqualTo(Exit.USAGE);
        assertThat(wrong.err()).contains("expected 64 hexadecimal digits");
    }

    @Test
    void a_wrong_password_of_one_resource_is_told_without_the_password() {
        Map<String, String> environment = Run.environment(db);
        environment.put("TALLY_PASSWORD_ORDERS", "s3cret-Word");
        // the kit's PostgreSQL trusts every password of its own users, so a user that is not there has to do
        environment.put("TALLY_USER_ORDERS", db.engine() == Engine.POSTGRESQL ? "nobody" : db.user());
        Run run = Run.of(environment, Terminal.PIPE, "tx", "list", "--resource", "orders=" + db.url());
        assertThat(run.exit()).as(run.err()).isEqualTo(Exit.REFUSED);
        assertThat(run.err())
                .contains("cannot connect to")
                .contains("--password-file")
                .doesNotContain("s3cret-Word");
    }
}
