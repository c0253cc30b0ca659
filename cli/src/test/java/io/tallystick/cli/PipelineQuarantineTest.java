package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Five amounts wait at each of two targets, and a person who knows only the documentation sees to them. */
@Databases(value = Engine.POSTGRESQL, settings = "wal_level=logical")
class PipelineQuarantineTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final Terminal NARROW = new Terminal(true, false, 80, 24);
    private static final String[] KIM = {"--who", "kim", "--why", "the column was too narrow"};

    private static TestDatabase shop;

    private final TestDatabase bank;
    private final TestDatabase copy;

    @TempDir
    private Path folder;

    private Path file;

    PipelineQuarantineTest(TestDatabase bank) {
        this.bank = bank;
        this.copy = bank.createDatabase();
    }

    @BeforeAll
    static void shopServer() {
        shop = TestDatabases.mariadb().start();
    }

    @AfterAll
    static void noShopServer() {
        shop.close();
    }

    @BeforeEach
    void fiveWaitAtEach() throws IOException {
        bank.execute(
                "DROP TABLE IF EXISTS money",
                "CREATE TABLE money (branch VARCHAR(20), id BIGINT, amount INT NOT NULL, PRIMARY KEY (branch, id))",
                "INSERT INTO money VALUES ('seoul', 1, 10)");
        for (TestDatabase target : List.of(copy, shop)) {
            target.execute(
                    "DROP TABLE IF EXISTS money, tally_position, tally_quarantine, tally_quarantine_audit, tally_load,"
                            + " tally_pipeline, tally_pipeline_audit, tally_conflict, tally_schema",
                    "CREATE TABLE money (branch VARCHAR(20), id BIGINT, amount SMALLINT NOT NULL, PRIMARY KEY (branch, id))");
        }
        file = Files.writeString(folder.resolve("bank.yaml"), """
                pipeline: set_aside
                source: {url: "%s", user: "%s", password: "%s", tables: [public.money]}
                targets:
                  copy: {url: "%s", user: "%s", password: "%s"}
                  shop: {url: "%s", user: "%s", password: "%s"}
                routes:
                  - {from: public.money, to: [{target: copy, table: public.money}, {target: shop, table: %s.money}]}
                settings: {first_pause: 20ms, longest_pause: 200ms, lease: 2s}
                """.formatted(
                        bank.url(),
                        bank.user(),
                        bank.password(),
                        copy.url(),
                        copy.user(),
                        copy.password(),
                        shop.url(),
                        shop.user(),
                        shop.password(),
                        shop.name()));
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
            run.install();
            run.start();
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(one(shop, "SELECT COUNT(*) AS t FROM money"))
                            .isEqualTo("1"));
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(one(copy, "SELECT COUNT(*) AS t FROM money"))
                            .isEqualTo("1"));
            bank.execute(
                    "INSERT INTO money SELECT 'seoul', n, 70000 + n FROM generate_series(11, 14) n",
                    "UPDATE money SET amount = 80011 WHERE id = 11",
                    "INSERT INTO money VALUES ('busan', 2, 20)");
            for (TestDatabase target : List.of(copy, shop)) {
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(one(target, "SELECT COUNT(*) AS t FROM tally_quarantine"))
                                .isEqualTo("5"));
                await().atMost(LONG)
                        .untilAsserted(() -> assertThat(one(target, "SELECT COUNT(*) AS t FROM money"))
                                .isEqualTo("2"));
            }
        }
    }

    @AfterEach
    void noSlot() {
        assertThat(Run.of("pipeline", "drop", "--yes", file.toString()).err()).isEmpty();
    }

    private Run quarantine(String... more) {
        return quarantine(Terminal.PIPE, more);
    }

    private Run quarantine(Terminal terminal, String... more) {
        return tally(terminal, "quarantine", more);
    }

    private Run tally(Terminal terminal, String command, String... more) {
        List<String> words = new ArrayList<>(List.of("pipeline", command, file.toString()));
        words.addAll(Arrays.asList(more));
        return Run.of(Map.of(), terminal, words.toArray(String[]::new));
    }

    private static String[] signed(String... options) {
        List<String> all = new ArrayList<>(Arrays.asList(options));
        all.addAll(Arrays.asList(KIM));
        return all.toArray(String[]::new);
    }

    private static String one(TestDatabase db, String sql) {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query(sql, row -> row.string("t")))
                .get(0);
    }

    private static JsonNode json(Run run) {
        return JsonMapper.builder().build().readTree(run.out());
    }

    @Test
    void all_of_a_target_are_made_and_the_audit_tells_who_did_it_and_why() {
        copy.execute("ALTER TABLE money ALTER amount TYPE INT");
        Run replayed = quarantine(signed("--target", "copy", "--replay-all"));
        assertThat(replayed.err()).isEmpty();
        assertThat(replayed.exit()).isZero();
        assertThat(replayed.out()).contains("● 5 changes are made at copy.");
        assertThat(one(copy, "SELECT SUM(amount) AS t FROM money")).isEqualTo("290080");

        Run audit = tally(NARROW, "audit", "--target", "copy");
        assertThat(audit.err()).isEmpty();
        assertThat(audit.out())
                .contains(
                        "kim",
                        "the column was too narrow",
                        "UPDATE of public.money branch=seoul, id=11",
                        "made; why it had");
        assertThat(audit.out().lines())
                .allSatisfy(line -> assertThat(TextWidth.of(line)).isLessThanOrEqualTo(80));
        JsonNode first =
                json(tally(Terminal.PIPE, "audit", "--json", "--limit", "5")).at("/copy/3");
        assertThat(first.at("/key/id").asLong()).isEqualTo(11);
        assertThat(first.at("/act").asString()).isEqualTo("replay");
        assertThat(first.at("/position").asString()).contains("/");
    }

    @Test
    void what_is_refused_again_is_told_by_reason_and_ends_with_4_and_the_rest_is_made() {
        shop.execute(
                "ALTER TABLE money MODIFY amount INT NOT NULL, ADD CONSTRAINT few CHECK (amount <> 70013 AND amount <> 70014)");
        Run replayed = quarantine(NARROW, signed("--target", "shop", "--replay-all"));
        assertThat(replayed.exit()).isEqualTo(Exit.REFUSED);
        assertThat(replayed.out())
                .contains("3 changes are made at shop, 2 changes are refused again:", "2 × ", "`few`", "(id 3, 4)");
        assertThat(replayed.out().lines()).hasSizeLessThan(9);
        assertThat(one(shop, "SELECT SUM(amount) AS t FROM money")).isEqualTo("150053");
        Run again = quarantine(signed("--target", "shop", "--replay-all", "--json"));
        assertThat(json(again).at("/made").asInt()).isZero();
        assertThat(json(again).at("/refused").asInt()).isEqualTo(2);
        assertThat(json(again).at("/reasons/0/first")).hasSize(2);
        assertThat(tally(Terminal.PIPE, "audit").out()).contains("refused: ");
    }

    @Test
    void many_are_given_up_only_when_it_is_said_which_and_once_more_that_it_is_meant() {
        assertThat(quarantine(signed("--target", "copy", "--discard-all", "--yes")))
                .satisfies(all -> assertThat(all.exit()).isEqualTo(Exit.USAGE))
                .satisfies(all -> assertThat(all.err()).contains("say --table, or --change"));
        Run asked = quarantine("--target", "copy", "--discard-all", "--table", "public.money");
        assertThat(asked.exit()).isEqualTo(Exit.REFUSED);
        assertThat(asked.out()).contains("public.money 4 INSERT, 1 UPDATE", "add --yes");
        assertThat(json(quarantine("--target", "copy", "--discard-all", "--change", "UPDATE", "--json"))
                        .at("/wouldDiscard/0/changes")
                        .asInt())
                .isEqualTo(1);
        assertThat(one(copy, "SELECT COUNT(*) AS t FROM tally_quarantine")).isEqualTo("5");
        Run done = quarantine(signed("--target", "copy", "--discard-all", "--table", "public.money", "--yes"));
        assertThat(done.out()).contains("5 changes are given up.");
        assertThat(quarantine("--target", "copy").out()).contains("Nothing waits.");
        assertThat(one(copy, "SELECT COUNT(*) AS t FROM tally_quarantine_audit WHERE act = 'discard' AND who = 'kim'"))
                .isEqualTo("5");
    }

    @Test
    void nothing_is_done_without_who_and_why_and_no_two_things_at_once() {
        String id = one(copy, "SELECT MIN(id) AS t FROM tally_quarantine");
        for (String[] act : new String[][] {
            {"--replay", id}, {"--discard", id}, {"--replay-all"}, {"--discard-all", "--change", "insert", "--yes"}
        }) {
            List<String> words = new ArrayList<>(List.of("--target", "copy"));
            words.addAll(Arrays.asList(act));
            Run nobody = quarantine(words.toArray(String[]::new));
            assertThat(nobody.exit()).isEqualTo(Exit.USAGE);
            assertThat(nobody.err()).contains("--who NAME");
            words.addAll(List.of("--who", "kim"));
            assertThat(quarantine(words.toArray(String[]::new)).err()).contains("Say why, for the audit: --why TEXT.");
        }
        assertThat(quarantine(signed("--target", "copy", "--replay", id, "--discard", id))
                        .exit())
                .isEqualTo(Exit.USAGE);
        assertThat(quarantine(signed("--target", "copy", "--replay", id, "--table", "public.money"))
                        .err())
                .contains("leave --table and --change out");
        assertThat(quarantine(signed("--replay", id)).err()).contains("--target with one of copy, shop");
        assertThat(one(copy, "SELECT COUNT(*) AS t FROM tally_quarantine")).isEqualTo("5");
        assertThat(one(copy, "SELECT COUNT(*) AS t FROM tally_quarantine_audit"))
                .isEqualTo("0");
    }

    @Test
    void the_list_fits_a_terminal_of_80_columns_and_tells_programs_the_key_as_an_object() {
        Run list = quarantine(NARROW);
        assertThat(list.out().lines())
                .allSatisfy(line -> assertThat(TextWidth.of(line)).isLessThanOrEqualTo(80));
        assertThat(list.out())
                .contains("branch=seoul, id=11", "for type smallint", "waits for an earlier change of the same row");
        JsonNode first = json(quarantine("--json", "--limit", "1")).at("/shop/0");
        assertThat(first.at("/key/branch").asString()).isEqualTo("seoul");
        assertThat(first.at("/key/id").isNumber()).isTrue();
        assertThat(first.at("/key/id").asLong()).isEqualTo(11);
        assertThat(quarantine("--change", "update").out()).contains("UPDATE").doesNotContain("INSERT");
        assertThat(quarantine("--table", "public.mony"))
                .satisfies(none -> assertThat(none.out()).contains("Nothing of that waits."))
                .satisfies(none ->
                        assertThat(none.err()).contains("At copy others wait: public.money 4 INSERT, 1 UPDATE."));
    }

    @Test
    void a_stranger_is_told_what_is_wrong() throws IOException {
        assertThat(quarantine(signed("--target", "copy", "--replay", "999")))
                .satisfies(wrong -> assertThat(wrong.exit()).isEqualTo(Exit.REFUSED))
                .satisfies(wrong -> assertThat(wrong.err()).contains("no change 999 waits at set_aside/copy"));
        Path another = Files.writeString(
                folder.resolve("another.yaml"),
                Files.readString(file).replace("pipeline: set_aside", "pipeline: asid"));
        assertThat(Run.of("pipeline", "quarantine", another.toString()).err())
                .contains("Pipeline asid has never reached copy.", "Pipeline asid has never reached shop.");
        shop.kill();
        try {
            Run list = quarantine();
            assertThat(list.exit()).isEqualTo(Exit.UNREACHABLE);
            assertThat(list.out()).as("of the other one").contains("branch=seoul, id=11");
            assertThat(list.err()).contains("tally: shop: ").doesNotContain("Exception");
            assertThat(quarantine(signed("--target", "shop", "--replay-all")).exit())
                    .isEqualTo(Exit.UNREACHABLE);
            assertThat(tally(Terminal.PIPE, "audit", "--target", "shop").exit()).isEqualTo(Exit.UNREACHABLE);
        } finally {
            shop.restart();
        }
        copy.execute("DROP TABLE tally_quarantine_audit");
        Run old = quarantine(
                signed("--target", "copy", "--discard", one(copy, "SELECT MIN(id) AS t FROM tally_quarantine")));
        assertThat(old.exit()).isEqualTo(Exit.REFUSED);
        assertThat(old.err()).contains("tally_quarantine_audit", "tally pipeline run --install");
        assertThat(one(copy, "SELECT COUNT(*) AS t FROM tally_quarantine")).isEqualTo("5");
    }

    @Test
    void what_a_resync_from_now_on_gives_up_is_known_afterwards() {
        assertThat(Run.of("pipeline", "drop", "--yes", file.toString()).exit()).isZero();
        assertThat(tally(Terminal.PIPE, "resync", signed("--from-now", "--yes")).err())
                .isEmpty();
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
            run.start();
            await().atMost(LONG)
                    .untilAsserted(() -> assertThat(one(
                                    shop,
                                    "SELECT COUNT(*) AS t FROM tally_quarantine_audit WHERE act = 'discard'"
                                            + " AND who = 'tallystick' AND why = 'resync 1'"))
                            .isEqualTo("5"));
        }
        assertThat(tally(Terminal.PIPE, "audit", "--target", "shop").out()).contains("kim", "tallystick", "given up");
    }
}
