package io.tallystick.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.saga.Saga;
import io.tallystick.saga.SagaDefinition;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;

/** Lint, explore, diagram and advise, on examples, on classes of one's own and on what engines stored. */
@Databases(Engine.POSTGRESQL)
class DesignCommandsTest {

    /** As a user would have them. */
    static final class Shop {
        static final SagaDefinition<String> GOOD = Saga.define("read", String.class)
                .step("look")
                .local((tx, text) -> {})
                .readOnly()
                .neverRefuses()
                .onParked(news -> {})
                .build();

        static SagaDefinition<String> bad() {
            return Saga.define("bad", String.class)
                    .step("pay")
                    .call((context, text) -> {})
                    .step("ship")
                    .call((context, text) -> {})
                    .build();
        }

        private Shop() {}
    }

    @Test
    void findings_end_with_1_and_name_rule_step_and_mending() {
        Run run = Run.of("lint", "--class", Shop.class.getName());
        assertThat(run.exit()).as(run.err()).isEqualTo(Exit.FINDINGS);
        assertThat(run.out()).contains("Shop.GOOD", "Shop.bad()", "missing-compensation", "what happens", "mend it");
        assertThat(JsonMapper.shared()
                        .readTree(Run.of("lint", "--json", "--class", Shop.class.getName())
                                .out())
                        .size())
                .isEqualTo(2);
    }

    @Test
    void the_naive_order_of_the_transfer_is_found_and_the_improved_one_is_not() {
        Run naive = Run.of("lint", "--example", "transfer-naive");
        assertThat(naive.exit()).isEqualTo(Exit.FINDINGS);
        assertThat(naive.out())
                .contains("stale-check", "look-up-payee → check-balance → book-balance → record → remit → push");
        assertThat(Run.of("lint", "--example", "transfer-improved").exit()).isEqualTo(Exit.OK);
    }

    @Test
    void every_example_can_be_linted_and_drawn() {
        for (String name : ExampleDesigns.ALL.keySet()) {
            assertThat(Run.of("lint", "--example", name).exit()).isIn(Exit.OK, Exit.FINDINGS);
            assertThat(Run.of("diagram", "--example", name).out()).startsWith("<svg");
            assertThat(Run.of("diagram", "--example", name, "--mermaid").out()).contains("flowchart");
        }
    }

    @Test
    void a_saga_is_explored_with_its_endings(@TempDir Path folder) throws IOException {
        Path page = folder.resolve("page.html");
        Run run = Run.of("explore", "--example", "points-forward", "--faults", "1", "--html", page.toString());
        assertThat(run.exit()).as(run.out()).isZero();
        assertThat(run.out()).contains("situations", "completed", "nothing is doubled, lost or left behind");
        assertThat(Files.readString(page)).startsWith("<!doctype html>");
    }

    @Test
    void what_engines_stored_is_linted_by_type(TestDatabase database) {
        new SagaScene(database);
        Run run = Run.on(database, "lint", "--type", "interbank-transfer");
        assertThat(run.out())
                .contains("interbank-transfer")
                .contains(SagaScene.transferWithFee().hash());
        assertThat(Run.on(
                                database,
                                "diagram",
                                "--definition",
                                SagaScene.transfer().hash())
                        .out())
                .startsWith("<svg");
        assertThat(Run.on(database, "lint", "--type", "none").exit()).isEqualTo(Exit.REFUSED);
    }

    @Test
    void a_class_that_is_not_there_or_defines_nothing_is_wrong_usage() {
        assertThat(Run.of("lint", "--class", "com.acme.None").err()).contains("com.acme.None", "--classpath");
        assertThat(Run.of("lint", "--class", "java.lang.String").err()).contains("defines no saga");
        assertThat(Run.of("lint", "--classpath", "/no/such", "--class", "X").err())
                .contains("/no/such");
        assertThat(Run.of("lint", "--example", "nope").err()).contains("transfer-naive");
        Run none = Run.of("lint");
        assertThat(none.exit()).isEqualTo(Exit.USAGE);
        assertThat(none.err()).contains("--example", "--class", "--url");
    }

    @Test
    void the_advisor_answers_and_asks_for_what_is_missing() {
        Run run = Run.of(
                "advise",
                "--participants",
                "few",
                "--mismatch",
                "no",
                "--refusals",
                "yes",
                "--followers",
                "no",
                "--teams",
                "one");
        assertThat(run.exit()).isZero();
        assertThat(run.out()).contains("2PC", "why", "price");
        assertThat(Run.of("advise", "--participants", "few").err()).contains("--mismatch");
    }

    @Test
    void the_completion_script_knows_the_commands() {
        assertThat(Run.of("completion").out()).contains("complete -F", "explore", "migrate");
    }
}
