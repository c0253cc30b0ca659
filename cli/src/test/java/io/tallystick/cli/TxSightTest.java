package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.DecisionRecord;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a person is told of things that the command cannot see, and of things that are none of ours. */
@Databases(ownServer = true)
class TxSightTest extends TxScene {

    private static final String AT_HAND = "'by hand'";

    TxSightTest(TestDatabase db) {
        super(db);
    }

    private Run at(TestDatabase other, String... args) {
        String[] all = new String[args.length + 3];
        all[0] = "tx";
        System.arraycopy(args, 0, all, 1, args.length);
        all[args.length + 1] = "--resource";
        all[args.length + 2] = "stock=" + other.url();
        return Run.on(other, all);
    }

    @Test
    void where_no_decision_can_be_read_nothing_is_called_well() {
        try (TestDatabase bare = db.createDatabase()) {
            Run list = at(bare, "list");
            assertThat(list.out())
                    .contains("no decision can be read in the databases given")
                    .doesNotContain("●");
            assertThat(list.err()).contains("No decisions can be read or written in stock", "tally schema check xa");
            assertThat(at(bare, "list", "--json").out()).contains("\"withoutDecisions\" : [ \"stock\" ]");
        }
        assertThat(tx("list").out()).contains("● Nothing is in doubt, and every decision is finished.");
    }

    @Test
    void a_coordinator_of_whom_nobody_can_say_whether_it_lives_is_not_called_gone() throws SQLException {
        prepareAndLive();
        assertThat(tx("list").out()).contains("undecided").contains("alive");
        db.execute("ALTER TABLE tally_decision RENAME TO hidden_decision");
        try {
            Run list = tx("list");
            assertThat(list.out())
                    .contains("unknown")
                    .contains(" ? ")
                    .contains("orders")
                    .doesNotContain("gone");
            assertThat(tx("list", "--json").out()).contains("\"coordinatorLives\" : null");
            assertThat(tx("show", gtrid.toString(), "--json").out()).contains("\"coordinatorLives\" : null");
            Run show = tx("show", gtrid.toString());
            assertThat(show.out())
                    .contains("alive or gone: that stands in its decision store")
                    .contains("orders, which cannot be read now")
                    .contains("its decision store 'orders' cannot be read now")
                    .doesNotContain("a store not given");
        } finally {
            db.execute("ALTER TABLE hidden_decision RENAME TO tally_decision");
        }
        assertThat(tx("list", "--json").out()).contains("\"coordinatorLives\" : true");
    }

    @Test
    void what_others_have_prepared_is_shown_with_the_name_by_which_it_is_ended() throws SQLException {
        prepareByHand(db, AT_HAND, "INSERT INTO item VALUES (5, 5)");
        try {
            Run list = tx("list");
            assertThat(list.exit()).as(list.err()).isZero();
            assertThat(list.err()).contains("Not Tallystick's").contains("prepared in orders: " + AT_HAND);
            assertThat(tx("list", "--json").out())
                    .contains("\"strangers\" : {")
                    .contains("\"orders\" : [ \"" + AT_HAND + "\" ]");
            Run doctor = tx("doctor");
            assertThat(doctor.exit()).as("a warning").isZero();
            assertThat(doctor.out())
                    .contains("prepared by others: " + AT_HAND)
                    .contains((db.engine() == Engine.POSTGRESQL ? "ROLLBACK PREPARED " : "XA ROLLBACK ") + AT_HAND);
        } finally {
            rollbackByHand(db, AT_HAND);
        }
        assertThat(tx("list").err()).doesNotContain("Tallystick's");
        assertThat(tx("list", "--json").out()).contains("\"strangers\" : { }");
    }

    @Test
    void of_many_that_others_have_prepared_three_are_named() {
        assertThat(TxDoctor.some(List.of("'a'", "'b'", "'c'"))).isEqualTo("'a', 'b', 'c'");
        assertThat(TxDoctor.some(List.of("'a'", "'b'", "'c'", "'d'", "'e'"))).isEqualTo("'a', 'b', 'c' and 2 more");
    }

    @Test
    void two_databases_of_one_name_are_refused_and_not_one_of_them_left_out() {
        Run twice = tx(Terminal.PIPE, List.of("--resource", "orders=" + db.url() + "2"), "list");
        assertThat(twice.exit()).isEqualTo(Exit.USAGE);
        assertThat(twice.err()).contains("Two databases are given as --resource orders");
        Run both = tx(Terminal.PIPE, List.of("--decisions", "orders"), "list");
        assertThat(both.exit()).isEqualTo(Exit.USAGE);
        assertThat(both.err()).contains("'orders' is given by --resource and by --decisions");
        Run nameless = tx(Terminal.PIPE, List.of("--resource", db.url()), "list");
        assertThat(nameless.exit()).isEqualTo(Exit.USAGE);
        assertThat(nameless.err()).contains("--resource wants a name before the URL");
    }

    @Test
    void a_transaction_that_has_committed_everywhere_asks_for_nothing() throws SQLException {
        store.commit(new DecisionRecord(gtrid, List.of(prepareAndLive()), Instant.now()));
        assertThat(tx("resolve", gtrid.toString(), "--commit", "--who", "kim", "--why", "x")
                        .exit())
                .isZero();
        Run show = tx("show", gtrid.toString());
        assertThat(show.out())
                .contains("none is prepared in the databases given")
                .contains("nothing: every branch has committed")
                .doesNotContain("tally tx resolve");
    }

    @Test
    void a_schema_file_that_differs_is_told_as_that_and_not_as_one_that_is_missing() {
        String right = "(SELECT checksum FROM right_checksum)";
        db.execute(
                "CREATE TABLE right_checksum AS SELECT checksum FROM tally_schema WHERE component = 'xa' AND version = 1",
                "UPDATE tally_schema SET checksum = 'another' WHERE component = 'xa' AND version = 1");
        try {
            Run check = Run.on(db, "schema", "check", "xa");
            assertThat(check.exit()).isEqualTo(Exit.FINDINGS);
            assertThat(check.out()).contains("differs from the one that was installed");
            assertThat(check.err()).doesNotContain("Missing tables are made by");
            Run doctor = tx("doctor");
            assertThat(doctor.exit()).isEqualTo(Exit.FINDINGS);
            assertThat(doctor.out())
                    .contains("component xa")
                    .contains("tally schema check xa")
                    .contains("differs from the one that was installed")
                    .doesNotContain("not installed");
            try (TestDatabase bare = db.createDatabase()) {
                Run both = tx(Terminal.PIPE, List.of("--resource", "a=" + bare.url()), "doctor");
                assertThat(both.out())
                        .as("the database in which something is installed is the one to mend")
                        .contains("in orders: schema file", "tally schema check xa, with the --url of orders");
                assertThat(Run.on(bare, "schema", "install", "xa").exit()).isZero();
                Run beside = tx(Terminal.PIPE, List.of("--resource", "a=" + bare.url()), "doctor");
                assertThat(beside.exit())
                        .as("a warning, for the other one can hold decisions")
                        .isZero();
                assertThat(beside.out()).contains("component xa: schema file", "differs from the one");
                Run list = tx(Terminal.PIPE, List.of("--resource", "a=" + bare.url()), "list");
                assertThat(list.out()).contains("? Nothing is in doubt where decisions can be read.");
                assertThat(list.err()).contains("No decisions can be read or written in orders:");
            }
        } finally {
            db.execute(
                    "UPDATE tally_schema SET checksum = " + right + " WHERE component = 'xa' AND version = 1",
                    "DROP TABLE right_checksum");
        }
        assertThat(Run.on(db, "schema", "check", "xa").exit()).isZero();
    }

    @Test
    void one_branch_that_was_ended_by_force_is_counted_as_one() throws SQLException {
        prepare();
        Run forced = tx("resolve", gtrid.toString(), "--commit", "--force", "--who", "kim", "--why", "x");
        assertThat(forced.exit()).as(forced.err()).isZero();
        assertThat(tx("show", gtrid.toString()).out())
                .contains("compare the data of the databases that the evidence names")
                .doesNotContain("every branch has committed");
        Run list = tx("list");
        assertThat(list.err()).startsWith("1 branch ended otherwise than decided, or by order:");
    }

    @Test
    void the_doctor_and_the_list_miss_no_tables_where_another_database_holds_the_decisions() {
        try (TestDatabase bare = db.createDatabase()) {
            Run list = tx(Terminal.PIPE, List.of("--resource", "stock=" + bare.url()), "list");
            assertThat(list.out()).contains("● Nothing is in doubt, and every decision is finished.");
            assertThat(list.err()).isEmpty();
            Run doctor = tx(Terminal.PIPE, List.of("--resource", "stock=" + bare.url()), "doctor");
            assertThat(doctor.exit()).as(doctor.out()).isZero();
            assertThat(doctor.out()).contains("orders", "stock").doesNotContain("component xa");
            assertThat(at(bare, "doctor").out()).contains("component xa", "tally schema install xa");
            Run store = Run.on(bare, "tx", "doctor", "--resource", "orders=" + db.url(), "--decisions", "ledger");
            assertThat(store.out())
                    .as("a database that is named for its decisions")
                    .contains("component xa: table tally_decision is missing", "tally schema install xa");
        }
    }

    @Test
    void a_copied_id_with_a_wrong_digit_is_told_as_that() {
        String id = gtrid.toString();
        Run wrong = tx("show", (id.charAt(0) == '0' ? '1' : '0') + id.substring(1));
        assertThat(wrong.exit()).isEqualTo(Exit.USAGE);
        assertThat(wrong.err()).contains("a digit of these is wrong, copy it again");
    }

    @Test
    void a_server_that_is_not_there_is_looked_for_in_resource_and_not_in_url() {
        Run away = Run.on(db, "tx", "doctor", "--resource", "orders=" + db.url().replace(":" + db.port(), ":1"));
        assertThat(away.exit()).isEqualTo(Exit.UNREACHABLE);
        assertThat(away.err()).contains("host and port in --resource are right").doesNotContain("--url");
    }
}
