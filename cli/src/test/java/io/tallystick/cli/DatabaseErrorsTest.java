package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever is wrong with the database, a person reads a sentence and the next command, never a stack trace or a password. */
@Databases({Engine.POSTGRESQL, Engine.MARIADB})
class DatabaseErrorsTest {

    private static final String SECRET = "s3cret-Word";

    @Test
    void no_database_named_is_wrong_usage() {
        Run run = Run.of("saga", "list");
        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err()).contains("--url").contains("TALLY_URL");
    }

    @Test
    void a_url_of_another_kind_is_wrong_usage() {
        Run run = Run.of("saga", "list", "--url", "jdbc:oracle:thin:@host");
        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err()).contains("jdbc:postgresql:, jdbc:mariadb: or jdbc:mysql:");
    }

    @Test
    void a_password_in_the_url_is_refused_without_being_shown(TestDatabase database) {
        Run run = Run.of("saga", "list", "--url", database.url() + "?user=x&password=" + SECRET);
        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err()).contains("TALLY_PASSWORD").doesNotContain(SECRET);
    }

    @Test
    void a_server_that_is_not_there_ends_with_3(TestDatabase database) throws IOException {
        String url = database.url().replace(":" + database.port(), ":1");
        Run run = Run.of(Map.of("TALLY_PASSWORD", SECRET), Terminal.PIPE, "saga", "list", "--url", url, "--user", "x");
        assertThat(run.exit()).isEqualTo(Exit.UNREACHABLE);
        assertThat(run.err())
                .contains("cannot connect to " + url)
                .contains("Nothing happened")
                .doesNotContain(SECRET)
                .doesNotContain("\tat ");
    }

    @Test
    void a_wrong_password_is_refused_and_never_shown(TestDatabase database, @TempDir Path folder) throws IOException {
        if (database.engine() == Engine.POSTGRESQL) {
            // the kit's PostgreSQL trusts every password of its own users, so a user that is not there has to do
            Run run = Run.of(
                    Map.of("TALLY_PASSWORD", SECRET),
                    Terminal.PIPE,
                    "saga",
                    "list",
                    "--url",
                    database.url(),
                    "--user",
                    "nobody");
            assertRefused(run);
            return;
        }
        Path file = Files.writeString(folder.resolve("password"), SECRET + "\n");
        assertRefused(Run.of(
                "saga",
                "list",
                "--url",
                database.url(),
                "--user",
                database.user(),
                "--password-file",
                file.toString()));
    }

    private static void assertRefused(Run run) {
        assertThat(run.exit()).as(run.err()).isEqualTo(Exit.REFUSED);
        assertThat(run.err())
                .contains("cannot connect to")
                .contains("--password-file")
                .doesNotContain(SECRET)
                .doesNotContain("\tat ");
    }

    @Test
    void missing_tables_are_named_with_the_command_that_makes_them(TestDatabase database) {
        try (TestDatabase empty = database.createDatabase()) {
            Run run = Run.on(empty, "saga", "list");
            assertThat(run.exit()).isEqualTo(Exit.REFUSED);
            assertThat(run.err())
                    .contains("tally_saga")
                    .contains("tally schema install")
                    .doesNotContain("SELECT");
            assertThat(Run.on(empty, "schema", "check").exit()).isEqualTo(Exit.FINDINGS);
            Run install = Run.on(empty, "schema", "install");
            assertThat(install.exit()).as(install.err()).isZero();
            assertThat(Run.on(empty, "schema", "check").out()).contains("Nothing is missing");
            assertThat(Run.on(empty, "saga", "list").exit()).isZero();
        }
    }

    @Test
    void a_missing_right_is_named_with_the_command_that_shows_them_all(TestDatabase database) {
        try (TestDatabase own = database.createDatabase()) {
            assertThat(Run.on(own, "schema", "install").exit()).isZero();
            String user = "reader_" + own.name().substring(own.name().length() - 6);
            own.execute(
                    own.engine() == Engine.POSTGRESQL
                            ? "CREATE ROLE " + user + " LOGIN PASSWORD 'x'"
                            : "CREATE USER " + user + "@'%' IDENTIFIED BY 'x'");
            if (own.engine() == Engine.MARIADB) {
                own.execute("GRANT SELECT ON " + own.name() + ".tally_saga_type TO " + user + "@'%'");
            }
            Map<String, String> environment = Map.of("TALLY_URL", own.url(), "TALLY_USER", user, "TALLY_PASSWORD", "x");
            Run run = Run.of(environment, Terminal.PIPE, "saga", "list");
            assertThat(run.exit()).as(run.err()).isEqualTo(Exit.REFUSED);
            assertThat(run.err()).contains("tally schema check").doesNotContain("\tat ");
            Run check = Run.of(environment, Terminal.PIPE, "schema", "check");
            assertThat(check.exit()).isEqualTo(Exit.FINDINGS);
            assertThat(check.out()).contains("tally_saga");
        }
    }

    @Test
    void a_password_file_that_cannot_be_read_is_wrong_usage(TestDatabase database) {
        Run run = Run.of("saga", "list", "--url", database.url(), "--password-file", "/no/such/file");
        assertThat(run.exit()).isEqualTo(Exit.USAGE);
        assertThat(run.err()).contains("/no/such/file");
    }

    @Test
    void the_doctor_examines_the_server_and_the_tables(TestDatabase database) {
        try (TestDatabase empty = database.createDatabase()) {
            Run ill = Run.on(empty, "doctor");
            assertThat(ill.exit()).isEqualTo(Exit.FINDINGS);
            assertThat(ill.out()).contains("error").contains("mend").contains("tally_saga");
            assertThat(Run.on(empty, "schema", "install").exit()).isZero();
            Run well = Run.on(empty, "doctor", "--json");
            assertThat(well.exit()).as(well.out()).isZero();
            assertThat(well.out()).contains("\"ok\" : true");
        }
    }
}
