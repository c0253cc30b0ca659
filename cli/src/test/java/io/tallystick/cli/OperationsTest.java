package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What docs/operations.md tells an operator of a pipeline to type is typed here, as it stands there, beside a pipeline that runs. */
@Databases(value = Engine.POSTGRESQL, settings = "wal_level=logical", ownServer = true)
class OperationsTest extends MoneyScene {

    private static final String SIGNED = " --who NAME --why TEXT";
    private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");

    OperationsTest(TestDatabase bank) {
        super(bank);
    }

    @BeforeEach
    void takesNoLargeAmounts() {
        copy.execute("ALTER TABLE money ALTER amount TYPE SMALLINT");
    }

    /** The code in the part about pipelines that begins so. */
    private static List<String> shown(String beginning) throws IOException {
        String all = Files.readString(HouseTest.ROOT.resolve("docs/operations.md"));
        String part = all.substring(all.indexOf("\n## A pipeline\n"), all.indexOf("\n## An engine died\n"));
        return CODE.matcher(part)
                .results()
                .map(found -> ((MatchResult) found).group(1))
                .filter(code -> code.startsWith(beginning))
                .distinct()
                .toList();
    }

    private Run typed(String command) {
        String words = command.replace("FILE", file.toString())
                .replace("SCHEMA.TABLE", "public.money")
                .replace("NAME", "kim")
                .replace("TEXT", "because");
        return Run.of(words.substring("tally ".length()).split(" "));
    }

    @Test
    void every_command_of_the_documentation_is_understood_by_a_pipeline_that_runs() throws Exception {
        try (PipelineRun run = copied()) {
            List<String> commands = shown("tally pipeline ").stream()
                    .filter(command -> command.contains("FILE"))
                    .filter(command -> !command.contains(" run ") && !command.contains(" drop "))
                    .toList();
            assertThat(commands).hasSizeGreaterThanOrEqualTo(9);
            for (String command : commands) {
                Run done = typed(command);
                // without --yes a resync from now only says what it would do; and no table is left out
                boolean refused = command.contains("--from-now") || command.contains("resume FILE --table");
                int expected = refused ? Exit.REFUSED : Exit.OK;
                assertThat(done.exit())
                        .as(() -> command + "\n" + done.out() + done.err())
                        .isEqualTo(expected);
            }
            bank.execute("UPDATE money SET amount = 11");
            awaitCopy("SELECT count(*) FROM money WHERE amount = 11", "50");
        }
    }

    @Test
    void status_tells_what_the_documentation_says_for_people_and_for_programs() throws Exception {
        try (PipelineRun run = copied()) {
            bank.execute("INSERT INTO money VALUES (51, 70000)");
            awaitCopy("SELECT count(*) FROM tally_quarantine", "1");
            patiently().untilAsserted(() -> {
                Run status = typed("tally pipeline status FILE");
                assertThat(status.exit()).isZero();
                assertThat(status.out())
                        .contains("bank: run by ", "log kept at the source: ", "(max_slot_wal_keep_size)")
                        .containsPattern("copy +.* ago +\\d+/s +\\S+ k?B, \\S+.* +1 ");
                JsonNode json = JsonMapper.builder()
                        .build()
                        .readTree(typed("tally pipeline status FILE --json").out());
                assertThat(json.at("/running/alive").asBoolean()).isTrue();
                assertThat(json.at("/running/live/targets/copy/changesPerSecond")
                                .isNumber())
                        .isTrue();
                assertThat(json.at("/running/live/targets/copy/lagMillis").isNumber())
                        .isTrue();
                assertThat(json.at("/running/live/lagBytes").isNumber()).isTrue();
                assertThat(json.at("/log/bytes").isNumber()).isTrue();
                assertThat(json.at("/targets/copy/quarantined").asLong()).isEqualTo(1);
            });
        }
    }

    @Test
    void a_row_in_quarantine_is_replayed_or_discarded_and_resynced_by_the_steps_of_the_documentation()
            throws Exception {
        assertThat(shown("--target NAME --"))
                .containsExactlyInAnyOrder(
                        "--target NAME --replay ID" + SIGNED,
                        "--target NAME --discard ID" + SIGNED,
                        "--target NAME --replay-all" + SIGNED,
                        "--target NAME --discard-all --table SCHEMA.TABLE");
        assertThat(shown("--from-key")).containsExactly("--from-key A --to-key B");
        try (PipelineRun run = copied()) {
            bank.execute("INSERT INTO money VALUES (51, 70000), (52, 80000)");
            awaitCopy("SELECT count(*) FROM tally_quarantine", "2");
            assertThat(typed("tally pipeline quarantine FILE").out()).contains("id=51", "id=52", "out of range");
            String second = one(copy, "SELECT max(id) FROM tally_quarantine");
            assertThat(typed("tally pipeline quarantine FILE --target copy --discard " + second + SIGNED)
                            .err())
                    .isEmpty();
            bank.execute("UPDATE money SET amount = 52 WHERE id = 52");
            String resync = "tally pipeline resync FILE --table SCHEMA.TABLE --who NAME --why TEXT";
            assertThat(shown(resync)).containsExactly(resync);
            assertThat(typed(resync + " --from-key 52 --to-key 52").err()).isEmpty();
            awaitCopy("SELECT amount FROM money WHERE id = 52", "52");
            copy.execute("ALTER TABLE money ALTER amount TYPE INT");
            String first = one(copy, "SELECT min(id) FROM tally_quarantine");
            assertThat(typed("tally pipeline quarantine FILE --target copy --replay " + first + SIGNED)
                            .err())
                    .isEmpty();
            awaitCopy("SELECT amount FROM money WHERE id = 51", "70000");
            assertThat(typed("tally pipeline audit FILE").out())
                    .containsPattern(
                            "replay +kim +because +change " + first + ", INSERT of public.money id=51 at .*: made")
                    .containsPattern(
                            "discard +kim +because +change " + second + ", .* id=52 .*: given up; why it had waited");
            copy.execute("INSERT INTO money VALUES (900, 1)", "DELETE FROM money WHERE id > 50 AND id < 900");
            assertThat(typed(resync + " --after-key 50 --keep-rows").err()).isEmpty();
            awaitCopy("SELECT string_agg(id::text, ' ' ORDER BY id) FROM money WHERE id > 50", "51 52 900");
            awaitCopy("SELECT count(*) FROM tally_load WHERE state <> 'done'", "0");
            assertThat(typed(resync).out()).contains("rows that the source has no more are deleted");
            awaitCopy("SELECT string_agg(id::text, ' ' ORDER BY id) FROM money WHERE id > 50", "51 52");
        }
    }

    @Test
    void status_shows_how_far_a_copy_is_with_a_bar() throws Exception {
        bank.execute("INSERT INTO money SELECT n, 10 FROM generate_series(51, 30000) n", "ANALYZE money");
        copy.execute(
                "CREATE FUNCTION full_() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id > 25000 THEN RAISE EXCEPTION"
                        + " 'no space left on device' USING ERRCODE = '53100'; END IF; RETURN NEW; END $$",
                "CREATE TRIGGER full_ BEFORE INSERT ON money FOR EACH ROW EXECUTE FUNCTION full_()");
        try (PipelineRun run = started()) {
            patiently()
                    .untilAsserted(
                            () -> assertThat(typed("tally pipeline status FILE").out())
                                    .containsPattern("public\\.money \\d\\d % █+░+, .*\\d+ of about 30000 rows")
                                    .contains("copy waits", "no space left"));
            copy.execute("DROP TRIGGER full_ ON money");
            awaitCopy("SELECT count(*) FROM money", "30000");
        }
    }

    @Test
    void what_copying_waits_for_is_found_by_the_statements_of_the_documentation() throws Exception {
        List<String> statements = shown("SELECT ");
        assertThat(statements).hasSizeGreaterThanOrEqualTo(4);
        try (PipelineRun run = copied()) {
            awaitCopy("SELECT state FROM tally_load", "done");
            for (String statement : statements) {
                rows(bank, statement);
            }
            bank.execute("BEGIN; INSERT INTO money VALUES (60, 1); PREPARE TRANSACTION 'forgotten-branch'");
            try (Connection open = bank.connect();
                    Statement writer = open.createStatement()) {
                open.setAutoCommit(false);
                writer.execute("INSERT INTO money VALUES (61, 1)");
                typed("tally pipeline resync FILE --table SCHEMA.TABLE --who NAME --why TEXT");
                patiently()
                        .untilAsserted(() -> assertThat(typed("tally pipeline status FILE")
                                        .out()
                                        .replaceAll("\\s+", " "))
                                .contains("the copying of", "waits"));
                List<String> found = new ArrayList<>();
                for (String statement : statements) {
                    found.addAll(rows(bank, statement));
                }
                assertThat(found)
                        .anyMatch(row -> row.contains("forgotten-branch"))
                        .anyMatch(row -> row.contains("idle in transaction"))
                        .anyMatch(row -> row.startsWith("tally_bank|"));
                open.commit();
            } finally {
                bank.execute("COMMIT PREPARED 'forgotten-branch'");
            }
            awaitCopy("SELECT count(*) FROM money WHERE id >= 60", "2");
            awaitCopy("SELECT state FROM tally_load", "done");
        }
    }
}
