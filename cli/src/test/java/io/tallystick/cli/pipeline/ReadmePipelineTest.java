package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.replicator.NamedIds;
import io.tallystick.cli.Tally;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashResult;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The pipeline that the READMEs show does what they say, by the commands that stand below it: nothing but the hosts and the name of the user is replaced, and
 * that user has the rights that the documentation asks for and no others.
 */
@ExtendWith(Servers.Extension.class)
class ReadmePipelineTest {

    private static final Pattern YAML = Pattern.compile("```yaml\\n(pipeline:.*?)```", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile("(?m)^\\./tally (pipeline .*?) *#");

    private final Servers servers;

    @TempDir
    private Path folder;

    ReadmePipelineTest(Servers servers) {
        this.servers = servers;
    }

    @Test
    void five_lines_and_three_commands_carry_accounts_to_their_mailboxes() throws IOException, SQLException {
        String readme = Files.readString(root().resolve("README.md"));
        List<List<String>> commands = commands(readme);
        assertThat(commands).extracting(words -> words.get(1)).containsExactly("check", "run", "status");
        try (TestDatabase account = servers.database(Engine.POSTGRESQL).createDatabase("account");
                TestDatabase mail = servers.database(Engine.MARIADB).createDatabase("mail")) {
            prepare(account, mail);
            String yaml = pipelineIn(readme)
                    .replace("jdbc:postgresql://account/account", account.url())
                    .replace("jdbc:mariadb://mail/mail", mail.url())
                    .replace("user: tally", "user: carrier");
            Files.writeString(folder.resolve("accounts.yaml"), yaml);
            try {
                CrashResult before = tally(commands.get(0)).start().await(Pipe.LONG);
                assertThat(before.output()).contains("mail: component cdc", "tally pipeline run --install");
                try (ChildJvm run = tally(commands.get(1)).start()) {
                    follows(account, mail, run);
                    assertThat(tally(commands.get(0)).start().await(Pipe.LONG).output())
                            .as("what is still found once it runs")
                            .doesNotContain("✕");
                    try (ChildJvm status = tally(commands.get(2)).start()) {
                        status.awaitOutput("accounts-to-mail: run by", Pipe.LONG);
                    }
                    assertThat(run.isAlive()).as(run::output).isTrue();
                }
            } finally {
                tally(List.of("pipeline", "drop", "--yes", "accounts.yaml"))
                        .start()
                        .await(Pipe.LONG);
                account.execute("DROP OWNED BY carrier", "DROP ROLE carrier");
                mail.execute("DROP USER carrier");
            }
        }
    }

    private static void prepare(TestDatabase account, TestDatabase mail) {
        account.execute(
                "CREATE ROLE carrier LOGIN REPLICATION PASSWORD 'of-account'",
                "GRANT CREATE ON DATABASE account TO carrier",
                "CREATE TABLE account (id BIGINT PRIMARY KEY, name TEXT NOT NULL)",
                "ALTER TABLE account OWNER TO carrier",
                "INSERT INTO account VALUES (1, 'kim'), (2, '이')");
        mail.execute(
                "CREATE USER carrier IDENTIFIED BY 'of-mail'",
                "GRANT SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER ON mail.* TO carrier",
                "CREATE TABLE mailbox (id CHAR(36) PRIMARY KEY, account_id BIGINT NOT NULL,"
                        + " name VARCHAR(80) CHARACTER SET utf8mb4 NOT NULL)");
    }

    private static void follows(TestDatabase account, TestDatabase mail, ChildJvm run) {
        awaitBoxes(mail, run, box(1, "kim"), box(2, "이"));
        account.execute(
                "INSERT INTO account VALUES (3, 'park')",
                "UPDATE account SET name = 'lee' WHERE id = 2",
                "DELETE FROM account WHERE id = 1");
        awaitBoxes(mail, run, box(2, "lee"), box(3, "park"));
    }

    private static void awaitBoxes(TestDatabase mail, ChildJvm run, String... boxes) {
        Pipe.patiently()
                .untilAsserted(() -> assertThat(
                                Pipe.rows(mail, "SELECT id, account_id, name FROM mailbox ORDER BY account_id"))
                        .as(run::output)
                        .containsExactly(boxes));
    }

    private static String box(long id, String name) {
        return NamedIds.uuid5(id, "inbox") + "|" + id + "|" + name + "/INBOX";
    }

    private CrashRunner tally(List<String> words) {
        String[] arguments = words.stream()
                .map(word -> word.endsWith(".yaml") ? folder.resolve(word).toString() : word)
                .toArray(String[]::new);
        return CrashRunner.of(Tally.class, arguments)
                .environment("ACCOUNT_PASSWORD", "of-account")
                .environment("MAIL_PASSWORD", "of-mail");
    }

    private static String pipelineIn(String readme) {
        Matcher shown = YAML.matcher(readme);
        assertThat(shown.find()).as("a pipeline in the README").isTrue();
        return shown.group(1);
    }

    private static List<List<String>> commands(String readme) {
        List<List<String>> commands = new ArrayList<>();
        Matcher shown = COMMAND.matcher(readme);
        while (shown.find()) {
            commands.add(List.of(shown.group(1).split(" +")));
        }
        return commands;
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
