package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a program of one's own makes of changes, where the file names it. */
@ExtendWith(Servers.Extension.class)
class MappersTest {

    private static final String ROWS = "SELECT m.account_id, m.name, m.unread, LENGTH(m.bio), m.id, f.id FROM mailbox m"
            + " JOIN folder f ON f.mailbox_id = m.id WHERE m.account_id <> 999 ORDER BY m.account_id, m.name";
    private static final String NAMES = "SELECT name FROM mailbox WHERE account_id <> 999 ORDER BY account_id, name";
    private static final String QUICK = "lease: 1s";

    private final Servers servers;

    @TempDir
    private Path folder;

    MappersTest(Servers servers) {
        this.servers = servers;
    }

    private static void scene(TestDatabase source, TestDatabase target) {
        source.execute(
                "CREATE TABLE account (id BIGINT PRIMARY KEY, name VARCHAR(40) NOT NULL, status VARCHAR(10), bio TEXT)");
        if (source.engine() == Engine.POSTGRESQL) {
            // stored apart from its row, so that an update that leaves it alone does not repeat it
            source.execute("ALTER TABLE account ALTER COLUMN bio SET STORAGE EXTERNAL");
        }
        target.execute(
                "CREATE TABLE mailbox (id CHAR(36) PRIMARY KEY, account_id BIGINT NOT NULL, name VARCHAR(60) NOT NULL, bio TEXT,"
                        + " unread INT NOT NULL DEFAULT 3)",
                "CREATE TABLE folder (id CHAR(36) PRIMARY KEY, mailbox_id CHAR(36) NOT NULL REFERENCES mailbox (id))");
    }

    private static String yaml(TestDatabase source, TestDatabase target) {
        String name = ("mapper_" + source.engine() + "_" + target.engine()).toLowerCase(Locale.ROOT);
        return Pipe.head(name, source, List.of("account"), target)
                + """
                routes:
                  - from: %s
                    to: [{target: t1, mapper: mailboxes, tables: [%s, %s]}]
                """.formatted(
                        Pipe.name(source, "account"), Pipe.name(target, "mailbox"), Pipe.name(target, "folder"));
    }

    private static String schema(TestDatabase target) {
        return Pipe.name(target, "x").replace(".x", "");
    }

    private static Pipe start(TestDatabase source, TestDatabase target) {
        return Pipe.start(yaml(source, target), QUICK, Mailboxes.program(schema(target)));
    }

    private static void awaitEnd(Pipe pipe, TestDatabase source, TestDatabase target) {
        source.execute("INSERT INTO account VALUES (999, 'end', 'open', NULL)");
        pipe.awaitValue(target, "SELECT count(*) FROM mailbox WHERE account_id = 999", "2");
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, MARIADB", "MARIADB, POSTGRESQL"})
    void a_mapper_makes_several_rows_which_follow_change_key_and_go_with_the_row_of_the_source(Engine from, Engine to)
            throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        scene(source, target);
        source.execute(
                "INSERT INTO account VALUES (1, 'one', 'open', '" + "b".repeat(5_000) + "'), (2, 'two', 'open', 'b'),"
                        + " (3, 'three', 'open', NULL), (4, 'four', 'closed', NULL), (5, 'five', 'open', NULL)");
        try (Pipe pipe = start(source, target)) {
            pipe.awaitValue(target, "SELECT count(*) FROM folder", "8");
            pipe.awaitValue(target, "SELECT count(*) FROM tally_load WHERE state <> 'done'", "0");
            target.execute("UPDATE mailbox SET unread = 0");
            source.execute(
                    "UPDATE account SET name = 'uno' WHERE id = 1",
                    "UPDATE account SET status = 'closed' WHERE id = 2",
                    "UPDATE account SET id = 33 WHERE id = 3",
                    "UPDATE account SET status = 'open' WHERE id = 4",
                    "DELETE FROM account WHERE id = 5");
            awaitEnd(pipe, source, target);
            assertThat(Pipe.rows(target, ROWS))
                    .extracting(row -> row.replaceAll("\\|[^|]*\\|[^|]*$", ""))
                    .as("what the target keeps by itself stays, and so does what the log did not repeat")
                    .containsExactly(
                            "1|uno/inbox|0|5000",
                            "1|uno/sent|0|5000",
                            "4|four/inbox|3|null",
                            "4|four/sent|3|null",
                            "33|three/inbox|3|null",
                            "33|three/sent|3|null");
            assertThat(Pipe.quarantine(target)).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, MARIADB", "MARIADB, POSTGRESQL"})
    void a_change_makes_the_same_rows_whoever_is_killed_in_between_and_whoever_copies_it_anew(Engine from, Engine to)
            throws SQLException, IOException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        scene(source, target);
        String yaml = yaml(source, target);
        Path file = Files.writeString(
                folder.resolve("mail.yaml"), yaml + Pipe.SETTINGS.replace("}", ", group_changes: 10, " + QUICK + "}"));
        try (PipelineRun installing = PipelineRun.of(PipelineFile.read(file))) {
            installing.install();
        }
        source.execute("INSERT INTO account VALUES (1, 'a', 'open', NULL), (2, 'b', 'open', NULL)");
        try (ChildJvm process =
                CrashRunner.of(Mailboxes.class, file.toString(), schema(target)).start()) {
            Pipe.awaitThat(target, "SELECT count(*) FROM folder", "4");
            write(source, 10, 80);
            Pipe.awaitThat(target, "SELECT count(*) FROM mailbox WHERE account_id = 20", "2");
            process.kill();
        }
        write(source, 80, 90);
        try (Pipe pipe = start(source, target)) {
            awaitEnd(pipe, source, target);
            List<String> rows = Pipe.rows(target, ROWS);
            assertThat(Pipe.rows(target, NAMES)).isEqualTo(expected(source));
            assertThat(rows)
                    .as("each mailbox with one folder")
                    .hasSize(expected(source).size());
            target.execute("DELETE FROM folder", "DELETE FROM mailbox WHERE account_id < 50");
            pipe.run().desks().get("t1").resync(Set.of(TableName.parse(Pipe.name(source, "account"))));
            pipe.awaitRows(
                    target,
                    ROWS,
                    again -> assertThat(again).as("with the same ids").isEqualTo(rows));
            assertThat(Pipe.quarantine(target)).isEmpty();
        }
    }

    /** New accounts one after the other; the one before each is changed in the same transaction, and every fifth goes. */
    private static void write(TestDatabase source, int from, int to) throws SQLException {
        for (int id = from; id < to; id++) {
            Pipe.inOne(
                    source,
                    "INSERT INTO account VALUES (" + id + ", 'n" + id + "', 'open', NULL)",
                    "UPDATE account SET name = 'm" + (id - 1) + "' WHERE id = " + (id - 1),
                    "DELETE FROM account WHERE id = " + (id % 5 == 0 ? id - 2 : -1));
        }
    }

    private static List<String> expected(TestDatabase source) throws SQLException {
        return Pipe.rows(source, "SELECT name FROM account WHERE id <> 999 ORDER BY id").stream()
                .flatMap(name -> List.of(name + "/inbox", name + "/sent").stream())
                .toList();
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, MARIADB", "MARIADB, POSTGRESQL"})
    void a_change_for_which_a_mapper_fails_waits_alone_and_is_named_by_its_key_without_its_values(
            Engine from, Engine to) throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        scene(source, target);
        try (Pipe pipe = start(source, target)) {
            pipe.awaitValue(target, "SELECT count(*) FROM tally_load WHERE state = 'done'", "1");
            source.execute(
                    "INSERT INTO account VALUES (1, 'good', 'open', NULL)",
                    "INSERT INTO account VALUES (2, 'bad', 'open', NULL)");
            awaitEnd(pipe, source, target);
            assertThat(Pipe.rows(target, NAMES)).containsExactly("good/inbox", "good/sent");
            assertThat(Pipe.rows(target, "SELECT operation, error FROM tally_quarantine"))
                    .singleElement()
                    .asString()
                    .startsWith("UNMAPPED INSERT|mapper mailboxes made nothing of this INSERT of "
                            + Pipe.name(source, "account") + " id=2: java.lang.IllegalStateException at ")
                    .contains("Mailboxes.map(Mailboxes.java:")
                    .doesNotContain("secret");
        }
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, MARIADB", "MARIADB, POSTGRESQL"})
    void what_a_mapper_made_of_a_table_that_is_emptied_stays_and_a_person_is_told(Engine from, Engine to)
            throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        scene(source, target);
        try (Pipe pipe = start(source, target)) {
            pipe.awaitValue(target, "SELECT count(*) FROM tally_load WHERE state = 'done'", "1");
            source.execute("INSERT INTO account VALUES (1, 'one', 'open', NULL)", "TRUNCATE TABLE account");
            awaitEnd(pipe, source, target);
            assertThat(Pipe.rows(target, NAMES)).containsExactly("one/inbox", "one/sent");
            assertThat(Pipe.rows(target, "SELECT operation, error FROM tally_quarantine"))
                    .singleElement()
                    .asString()
                    .startsWith("UNMAPPED TRUNCATE|")
                    .contains("what mapper mailboxes made of its rows is left in");
            assertThat(pipe.run().swept())
                    .hasSize(2)
                    .allMatch(each -> each.why().equals("its rows are made by mapper mailboxes"));
        }
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, MARIADB"})
    void a_file_whose_mapper_nobody_has_registered_is_not_started(Engine from, Engine to) {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        scene(source, target);
        try (PipelineRun run = PipelineRun.of(PipelineFile.parse("mail.yaml", yaml(source, target), name -> null))) {
            run.install();
            assertThat(run.examine())
                    .as("what a program has is looked at when it starts")
                    .noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
            assertThat(run.types().get("t1")).isEmpty();
            assertThatThrownBy(run::start)
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("nobody has registered the mapper 'mailboxes'");
        }
    }
}
