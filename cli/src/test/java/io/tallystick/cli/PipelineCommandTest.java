package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One account makes a mailbox and a calendar in two other databases, from a file and at the command line. */
@Databases(value = Engine.POSTGRESQL, settings = "wal_level=logical")
class PipelineCommandTest {

    private static final Duration LONG = Duration.ofSeconds(120);

    private static TestDatabase mail;

    private final TestDatabase account;
    private final TestDatabase calendar;

    @TempDir
    private Path folder;

    private Path file;

    PipelineCommandTest(TestDatabase account) {
        this.account = account;
        this.calendar = account.createDatabase();
    }

    @BeforeAll
    static void mailServer() {
        mail = TestDatabases.mariadb().start();
    }

    @AfterAll
    static void noMailServer() {
        mail.close();
    }

    @BeforeEach
    void scene() throws IOException {
        account.execute(
                "DROP TABLE IF EXISTS account",
                "CREATE TABLE account (id BIGINT PRIMARY KEY, name VARCHAR(20) NOT NULL)");
        mail.execute(
                "DROP TABLE IF EXISTS mailbox, tally_position, tally_quarantine, tally_load, tally_pipeline, tally_pipeline_audit, tally_quarantine_audit, tally_schema",
                "CREATE TABLE mailbox (id CHAR(36) PRIMARY KEY, account_id BIGINT NOT NULL, name VARCHAR(40) NOT NULL)");
        calendar.execute(
                "DROP TABLE IF EXISTS calendar, tally_position, tally_quarantine, tally_load, tally_pipeline, tally_pipeline_audit, tally_quarantine_audit, tally_schema",
                "CREATE TABLE calendar (id CHAR(36) PRIMARY KEY, account_id BIGINT NOT NULL, title VARCHAR(12) NOT NULL)");
        file = folder.resolve("groupware.yaml");
        Files.writeString(file, """
                pipeline: groupware
                source: {url: "%s", user: "%s", password: "%s", tables: [public.account]}
                targets:
                  mail: {url: "%s", user: "%s", password: "%s"}
                  calendar: {url: "%s", user: "%s", password: "%s"}
                routes:
                  - from: public.account
                    to:
                      - {target: mail, table: %s.mailbox, mode: insert_if_absent, set: {id: "uuid5(id,'inbox')", account_id: id, name: "concat(name,'/INBOX')"}}
                      - {target: calendar, table: public.calendar, mode: owned, set: {id: "uuid5(id,'cal')", account_id: id, title: "concat(name,'의 일정')"}}
                settings: {first_pause: 20ms, longest_pause: 200ms, lease: 2s}
                """.formatted(
                        account.url(),
                        account.user(),
                        account.password(),
                        mail.url(),
                        mail.user(),
                        mail.password(),
                        calendar.url(),
                        calendar.user(),
                        calendar.password(),
                        mail.name()));
    }

    @AfterEach
    void noSlot() throws SQLException {
        assertThat(Run.of("pipeline", "drop", file.toString()).exit()).isEqualTo(Exit.REFUSED);
        assertThat(Run.of("pipeline", "drop", "--yes", file.toString()).err()).isEmpty();
        assertThat(slots()).isZero();
    }

    private long slots() throws SQLException {
        return number(account, "SELECT count(*) FROM pg_replication_slots WHERE slot_name = 'tally_groupware'");
    }

    @Test
    void accounts_of_before_and_after_reach_both_services_although_mail_is_away_in_between() throws SQLException {
        account.execute("INSERT INTO account SELECT n, 'old' || n FROM generate_series(1, 40) n");
        try (PipelineRun run = started()) {
            awaitRows(mail, "mailbox", 40);
            mail.kill();
            account.execute(
                    "INSERT INTO account SELECT n, 'new' || n FROM generate_series(41, 60) n",
                    "UPDATE account SET name = 'renamed' WHERE id = 41",
                    "DELETE FROM account WHERE id = 1");
            awaitRows(calendar, "calendar", 59);
            mail.restart();
            awaitRows(mail, "mailbox", 60);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(text(calendar, "SELECT title FROM calendar WHERE account_id = 41"))
                            .isEqualTo("renamed의 일정"));
            assertThat(text(mail, "SELECT name FROM mailbox WHERE account_id = 41"))
                    .as("made once, then the mail service's own")
                    .isEqualTo("new41/INBOX");
            assertThat(run.status().targets())
                    .allSatisfy(
                            target -> assertThat(target.counts().quarantined()).isZero());
        }
        Run status = Run.of("pipeline", "status", file.toString());
        assertThat(status.exit()).isZero();
        assertThat(status.out()).contains("mail", "calendar", "/");
    }

    private Run replay(long id) {
        return Run.of(
                "pipeline",
                "quarantine",
                file.toString(),
                "--target",
                "calendar",
                "--replay",
                "" + id,
                "--who",
                "kim",
                "--why",
                "mended");
    }

    @Test
    void a_row_that_does_not_fit_waits_until_a_person_replays_it() throws SQLException, IOException {
        // what waits is told although nothing moves
        Files.writeString(file, Files.readString(file).replace("lease:", "progress_every: 1h, lease:"));
        try (PipelineRun run = started()) {
            account.execute("INSERT INTO account VALUES (1, 'fits'), (2, 'far too long a name'), (3, 'fits too')");
            awaitRows(calendar, "calendar", 2);
            awaitQuarantined(run, 1);
            Run list = Run.of("pipeline", "quarantine", file.toString());
            assertThat(list.out()).contains("calendar", "UPSERT", "KEY", "id=");
            assertThat(Run.of("pipeline", "quarantine", file.toString(), "--target", "kalender"))
                    .satisfies(wrong -> assertThat(wrong.exit()).isEqualTo(Exit.USAGE))
                    .satisfies(wrong -> assertThat(wrong.err()).contains("no target 'kalender'", "mail, calendar"));
            assertThat(list.err()).isEmpty();
            assertThat(Run.of("pipeline", "quarantine", file.toString(), "--limit", "0")
                            .exit())
                    .isEqualTo(Exit.USAGE);
            assertThat(Run.of("pipeline", "status", "--json", file.toString()).out())
                    .containsPattern("\"position\" : \"\\d+/");
            long id = number(calendar, "SELECT id FROM tally_quarantine");
            Run refused = replay(id);
            assertThat(refused.exit()).isEqualTo(Exit.REFUSED);
            assertThat(refused.err()).contains("refused again").doesNotContain("--password-file");
            calendar.execute("ALTER TABLE calendar ALTER COLUMN title TYPE VARCHAR(40)");
            Run replayed = replay(id);
            assertThat(replayed.err()).isEmpty();
            assertThat(replayed.out()).contains("1 change is made");
            assertThat(text(calendar, "SELECT title FROM calendar WHERE account_id = 2"))
                    .isEqualTo("far too long a name의 일정");
            awaitQuarantined(run, 0);
        }
    }

    private static void awaitQuarantined(PipelineRun run, int rows) {
        await().atMost(LONG)
                .until(() -> run.status().targets().stream()
                                .mapToInt(target -> target.counts().quarantined())
                                .sum()
                        == rows);
    }

    @Test
    void a_row_that_nobody_wants_is_given_up() throws SQLException {
        try (PipelineRun run = started()) {
            account.execute("INSERT INTO account VALUES (1, 'far too long a name'), (2, 'fits')");
            awaitRows(calendar, "calendar", 1);
            awaitRows(calendar, "tally_quarantine", 1);
            account.execute("INSERT INTO account VALUES (3, 'far too long a name')");
            awaitRows(calendar, "tally_quarantine", 2);
            assertThat(Run.of("pipeline", "quarantine", file.toString(), "--limit", "1")
                            .err())
                    .contains("The first 1 of 2 changes that wait at calendar; --limit shows more.");
            Run.of(
                    "pipeline",
                    "quarantine",
                    file.toString(),
                    "--target",
                    "calendar",
                    "--discard",
                    "" + number(calendar, "SELECT max(id) FROM tally_quarantine"),
                    "--who",
                    "kim",
                    "--why",
                    "unwanted");
            awaitRows(calendar, "tally_quarantine", 1);
            long id = number(calendar, "SELECT id FROM tally_quarantine");
            Run discarded = Run.of(
                    "pipeline",
                    "quarantine",
                    file.toString(),
                    "--target",
                    "calendar",
                    "--discard",
                    "" + id,
                    "--who",
                    "kim",
                    "--why",
                    "unwanted");
            assertThat(discarded.out()).contains("1 change is given up");
            assertThat(Run.of("pipeline", "quarantine", file.toString()).out()).contains("Nothing waits");
        }
        assertThat(number(calendar, "SELECT count(*) FROM calendar")).isEqualTo(1);
    }

    @Test
    void what_a_target_has_lost_comes_back_by_resync() throws SQLException {
        account.execute("INSERT INTO account SELECT n, 'name' || n FROM generate_series(1, 30) n");
        try (PipelineRun run = started()) {
            awaitRows(mail, "mailbox", 30);
            awaitRows(calendar, "calendar", 30);
        }
        mail.execute("DELETE FROM mailbox WHERE account_id > 20");
        calendar.execute("UPDATE calendar SET title = 'wrong' WHERE account_id = 3");
        Run resync = Run.of(
                "pipeline",
                "resync",
                file.toString(),
                "--table",
                "public.account",
                "--who",
                "kim",
                "--why",
                "rows are missing");
        assertThat(resync.exit()).isZero();
        try (PipelineRun run = started()) {
            awaitRows(mail, "mailbox", 30);
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(text(calendar, "SELECT title FROM calendar WHERE account_id = 3"))
                            .isEqualTo("name3의 일정"));
        }
    }

    @Test
    void without_its_slot_a_pipeline_stops_and_begins_anew_when_a_person_says_so() throws SQLException {
        account.execute("INSERT INTO account VALUES (1, 'one')");
        try (PipelineRun run = started()) {
            awaitRows(mail, "mailbox", 1);
            awaitRows(calendar, "calendar", 1);
        }
        assertThat(Run.of("pipeline", "drop", "--yes", file.toString()).exit()).isZero();
        account.execute("INSERT INTO account VALUES (2, 'two')");
        Run lost = Run.of("pipeline", "run", file.toString());
        assertThat(lost.exit()).isEqualTo(Exit.FINDINGS);
        assertThat(lost.out()).contains("needs resync", "bytes of log are missing");
        String[] resync = {
            "pipeline", "resync", "--from-now", file.toString(), "--who", "kim", "--why", "the slot was dropped"
        };
        Run asked = Run.of(resync);
        assertThat(asked.exit()).isEqualTo(Exit.REFUSED);
        assertThat(asked.out()).contains("calendar", "stay (mode owned", "--yes");
        Run ordered =
                Run.of(Stream.concat(Arrays.stream(resync), Stream.of("--yes")).toArray(String[]::new));
        assertThat(ordered.err()).isEmpty();
        assertThat(ordered.exit()).isZero();
        try (PipelineRun run = started()) {
            awaitRows(mail, "mailbox", 2);
            awaitRows(calendar, "calendar", 2);
        }
    }

    @Test
    void rows_of_a_key_of_two_columns_that_the_source_lacks_go_from_mariadb() throws SQLException, IOException {
        account.execute(
                "DROP TABLE IF EXISTS member",
                "CREATE TABLE member (club INT, person BIGINT, fee INT NOT NULL, PRIMARY KEY (person, club))",
                "INSERT INTO member SELECT n % 7, n / 3, 5 FROM generate_series(1, 60) n");
        mail.execute(
                "DROP TABLE IF EXISTS member",
                "CREATE TABLE member (club INT, person BIGINT, fee INT NOT NULL, PRIMARY KEY (person, club))");
        Path members = folder.resolve("members.yaml");
        Files.writeString(
                members,
                Files.readString(file)
                        .replace("pipeline: groupware", "pipeline: members")
                        .replace("public.account", "public.member")
                        .replaceAll("(?m)^ +calendar: .*\\n|^ +- \\{target: calendar.*\\n", "")
                        .replaceAll("\\{target: mail.*", "{target: mail, table: " + mail.name() + ".member}"));
        String all = "SELECT COUNT(*) * 1000000 + SUM(person * 100 + club * 10 + fee) FROM member";
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(members))) {
            run.install();
            run.start();
            await().atMost(LONG)
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(number(mail, all)).isEqualTo(number(account, all)));
            mail.execute(
                    "INSERT INTO member VALUES (9, 0, 1), (9, 10, 1), (-1, 10, 1), (0, 99, 1), (3, -5, 1)",
                    "UPDATE member SET fee = 6 WHERE person = 4");
            Run ordered = Run.of("pipeline", "resync", members.toString(), "--who", "kim", "--why", "drift");
            assertThat(ordered.err()).isEmpty();
            assertThat(ordered.out()).contains("member at mail: rows that the source has no more are deleted");
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(number(mail, all)).isEqualTo(number(account, all)));
        } finally {
            assertThat(Run.of("pipeline", "drop", "--yes", members.toString()).err())
                    .isEmpty();
        }
    }

    @Test
    void check_names_what_is_missing_before_anything_is_touched() throws SQLException {
        calendar.execute("DROP TABLE calendar");
        Run check = Run.of("pipeline", "check", file.toString());
        assertThat(check.exit()).isEqualTo(Exit.FINDINGS);
        assertThat(check.out()).contains("component cdc", "public.calendar does not exist");
        assertThat(slots()).isZero();
    }

    @Test
    void check_refuses_a_key_that_later_changes_could_not_find() throws IOException {
        Path wrong = folder.resolve("wrong-key.yaml");
        Files.writeString(
                wrong, Files.readString(file).replace("id: \"uuid5(id,'cal')\"", "id: \"uuid5(name,'cal')\""));
        Run check = Run.of("pipeline", "check", wrong.toString());
        assertThat(check.exit()).isEqualTo(Exit.FINDINGS);
        assertThat(check.out()).contains("a key made from name of public.account", "REPLICA IDENTITY FULL");
    }

    @Test
    void check_demands_whole_rows_where_a_filter_needs_them() throws IOException {
        account.execute("ALTER TABLE account ALTER COLUMN name TYPE TEXT");
        Path filtered = folder.resolve("filtered.yaml");
        Files.writeString(
                filtered,
                Files.readString(file)
                        .replace("from: public.account\n", "from: public.account\n    filter: \"id > 0\"\n"));
        Run check = Run.of("pipeline", "check", filtered.toString());
        assertThat(check.exit()).isEqualTo(Exit.FINDINGS);
        assertThat(check.out()).contains("route public.account to public.calendar", "REPLICA IDENTITY FULL");
        account.execute("ALTER TABLE account REPLICA IDENTITY FULL");
        assertThat(Run.of("pipeline", "check", filtered.toString()).out()).doesNotContain("route public.account");
    }

    @Test
    void check_tells_who_may_not_leave_foreign_keys_alone_while_tables_are_copied() throws IOException {
        String[] family = {
            "DROP TABLE IF EXISTS child, parent",
            "CREATE TABLE parent (id BIGINT PRIMARY KEY)",
            "CREATE TABLE child (id BIGINT PRIMARY KEY, parent BIGINT REFERENCES parent)"
        };
        account.execute(family);
        calendar.execute(family);
        calendar.execute("CREATE ROLE clerk LOGIN PASSWORD 'clerk-secret'", "GRANT ALL ON parent, child TO clerk");
        Path families = Files.writeString(folder.resolve("families.yaml"), """
                pipeline: families
                source: {url: "%s", user: "%s", password: "%s", tables: [public.parent, public.child]}
                targets:
                  copy: {url: "%s", user: clerk, password: clerk-secret}
                routes:
                  - {from: public.parent, to: [{target: copy, table: public.parent}]}
                  - {from: public.child, to: [{target: copy, table: public.child}]}
                """.formatted(
                        account.url(), account.user(), account.password(), calendar.url()));
        try {
            String grant = "GRANT SET ON PARAMETER session_replication_role TO \"clerk\"";
            assertThat(Run.of("pipeline", "check", families.toString()).out()).contains(grant);
            calendar.execute(grant);
            assertThat(Run.of("pipeline", "check", families.toString()).out())
                    .contains("component cdc")
                    .doesNotContain("session_replication_role");
        } finally {
            calendar.execute("DROP OWNED BY clerk", "DROP ROLE clerk", "DROP TABLE child, parent");
        }
    }

    @Test
    void types_tells_what_becomes_of_each_column_that_is_carried_over() {
        Run types = Run.of("pipeline", "types", file.toString());
        assertThat(types.err()).isEmpty();
        assertThat(types.exit()).isZero();
        assertThat(types.out()).contains("public.account.id bigint", "public.calendar.account_id", "same", "lossless");
    }

    @Test
    void a_file_with_mistakes_is_told_them_with_line_and_column() throws IOException {
        Path wrong = folder.resolve("wrong.yaml");
        Files.writeString(wrong, Files.readString(file).replace("target: mail,", "target: mial,"));
        Run check = Run.of("pipeline", "check", wrong.toString());
        assertThat(check.exit()).isEqualTo(Exit.USAGE);
        assertThat(check.err()).contains("line 9", "did you mean 'mail'?");
    }

    @Test
    void targets_without_tallysticks_tables_are_told_each_with_the_command_that_makes_them() {
        Run status = Run.of("pipeline", "status", file.toString());
        assertThat(status.exit()).isEqualTo(Exit.REFUSED);
        assertThat(unwrapped(status))
                .contains("mail the database says", "calendar the database says", "tally pipeline run --install")
                .doesNotContain("SELECT");
        assertThat(Run.of("pipeline", "check", file.toString()).out())
                .containsOnlyOnce("mail: component cdc")
                .containsOnlyOnce("calendar: component cdc");
    }

    @Test
    void why_a_target_waits_is_told_by_status_too() {
        try (PipelineRun run = started()) {
            account.execute("INSERT INTO account VALUES (1, 'one')");
            awaitRows(calendar, "calendar", 1);
            calendar.execute("DROP TABLE calendar");
            account.execute("INSERT INTO account VALUES (2, 'two')");
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(unwrapped(Run.of("pipeline", "status", file.toString())))
                            .contains("calendar waits ", "does not exist"));
        }
    }

    /** Long sentences go on in the next line. */
    private static String unwrapped(Run run) {
        return run.out().replaceAll("\\s+", " ");
    }

    private PipelineRun started() {
        PipelineRun run = PipelineRun.of(PipelineFile.read(file));
        run.install();
        run.start();
        return run;
    }

    private static void awaitRows(TestDatabase db, String table, int rows) {
        await().atMost(LONG)
                .ignoreExceptions()
                .untilAsserted(() ->
                        assertThat(number(db, "SELECT count(*) FROM " + table)).isEqualTo(rows));
    }

    private static long number(TestDatabase db, String sql) throws SQLException {
        return Long.parseLong(text(db, sql));
    }

    private static String text(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
