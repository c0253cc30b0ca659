package io.tallystick.saga;

import static io.tallystick.saga.Steps.call;
import static io.tallystick.saga.Steps.command;
import static io.tallystick.saga.Steps.delay;
import static io.tallystick.saga.Steps.graph;
import static io.tallystick.saga.Steps.http;
import static io.tallystick.saga.Steps.local;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** For each rule one saga in which it finds something and one in which it does not. */
class SagaLinterTest {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final SagaGraph GOOD = SagaExplorerTest.transfer();

    static Stream<Arguments> rules() {
        return Stream.of(
                rule(
                        "missing-compensation",
                        graph(call("a"), call("b")),
                        graph(call("a").compensated(), call("b"))),
                rule("no-pivot", graph(call("a")), graph(call("a").pivot())),
                rule("two-pivots", graph(call("a").pivot(), call("b").pivot()), GOOD),
                rule(
                        "compensable-after-pivot",
                        graph(call("a").pivot(), call("b").compensated()),
                        GOOD),
                rule(
                        "forward-only-before-pivot",
                        graph(call("a").forwardOnly(), call("b").pivot()),
                        GOOD),
                rule(
                        "forward-only-can-refuse",
                        graph(call("a").pivot(), call("b").forwardOnly()),
                        GOOD),
                rule("external-before-local", graph(http("a").compensated(), local("b")), graph(local("b"), http("a"))),
                rule(
                        "likely-failure-late",
                        graph(http("a").compensated().neverRefuses(), call("b").readOnly()),
                        graph(call("b").readOnly(), http("a").compensated().neverRefuses())),
                rule(
                        "stale-check",
                        graph(
                                command("check").at("account").readOnly(),
                                http("remit").at("bank").compensated(),
                                command("book").at("account").pivot()),
                        graph(
                                command("check").at("account").readOnly(),
                                command("book").at("account").compensated(),
                                http("remit").at("bank").pivot())),
                rule(
                        "could-be-one-transaction",
                        graph(local("a"), local("b")),
                        graph(local("a"), http("b"), local("c"))),
                rule(
                        "parallel-writes",
                        graph(
                                call("r"),
                                call("a").after("r").writes("account"),
                                call("b").after("r").writes("account")),
                        graph(call("r"), call("a").writes("account"), call("b").writes("account"))),
                rule(
                        "dirty-read",
                        graph(local("a").compensated().writes("account"), call("b")),
                        graph(
                                local("a").compensated().writes("account").shieldedBy(Countermeasure.SEMANTIC_LOCK),
                                call("b"))),
                rule("call-without-key", graph(call("a")), graph(command("a"))),
                rule(
                        "attempt-longer-than-deadline",
                        graph(MINUTE, call("a").timeout(MINUTE)),
                        graph(MINUTE, call("a"))),
                rule(
                        "deadline-too-short",
                        graph(MINUTE, call("a").retry(RetryPolicy.DEFAULT)),
                        graph(
                                MINUTE,
                                call("a").retry(RetryPolicy.never()),
                                call("b").retry(RetryPolicy.never()))),
                rule(
                        "unreachable-behind-delay",
                        graph(MINUTE, delay("d").timeout(MINUTE.plusSeconds(1)), call("a")),
                        graph(MINUTE, delay("d").timeout(Duration.ofSeconds(10)), call("a"))),
                rule("endless-retry", graph(call("a").retry(RetryPolicy.DEFAULT.attempts(1_000_000))), GOOD),
                rule(
                        "nobody-hears-of-parking",
                        deaf(graph(call("a").pivot())),
                        graph(call("a").pivot())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("rules")
    void a_rule_finds_what_it_is_for_and_nothing_else(String rule, SagaGraph bad, SagaGraph good) {
        assertThat(rulesOf(SagaLinter.lint(bad))).contains(rule);
        assertThat(rulesOf(SagaLinter.lint(good))).doesNotContain(rule);
    }

    @Test
    void every_rule_has_a_saga_of_its_own_here() {
        List<String> tried =
                rules().map(arguments -> (String) arguments.get()[0]).toList();
        assertThat(tried)
                .containsExactlyInAnyOrderElementsOf(
                        SagaLinter.RULES.stream().map(LintRule::id).toList());
    }

    @Test
    void the_naive_order_of_a_transfer_is_shown_in_a_better_one() {
        SagaGraph naive = graph(
                call("look-up-payee").readOnly(),
                http("remit").compensated(),
                local("book-balance").compensated(),
                call("push").forwardOnly().neverRefuses());
        Finding found = SagaLinter.lint(naive).findings().stream()
                .filter(finding -> finding.rule().equals("external-before-local"))
                .findFirst()
                .orElseThrow();
        assertThat(found.steps()).containsExactly("book-balance", "remit");
        assertThat(found.reordered()).containsExactly("look-up-payee", "book-balance", "remit", "push");
    }

    @Test
    void an_accepted_finding_keeps_its_reason_and_is_not_open() {
        SagaGraph graph = graph(
                http("reserve").compensated(),
                local("note").compensated().accept("external-before-local", "needs the reservation's number"));
        LintReport report = SagaLinter.lint(graph);
        assertThat(rulesOf(report)).contains("external-before-local");
        assertThat(report.open()).noneMatch(finding -> finding.rule().equals("external-before-local"));
        assertThat(report.toText()).contains("accepted:     needs the reservation's number");
        assertThat(report.toJson()).contains("\"acceptedBecause\" : \"needs the reservation's number\"");
    }

    @Test
    void a_sub_saga_with_a_pivot_cannot_be_counted_on_to_be_taken_back() {
        SagaDefinition<String> child = Saga.define("child", String.class)
                .step("p")
                .call((context, payload) -> {})
                .pivot()
                .build();
        SagaDefinition<String> parent = Saga.define("parent", String.class)
                .step("sub")
                .saga(child, payload -> payload)
                .step("check")
                .call((context, payload) -> {})
                .readOnly()
                .build();
        assertThat(rulesOf(SagaLinter.lint(parent))).contains("sub-saga-cannot-be-undone");
    }

    private static Arguments rule(String id, SagaGraph bad, SagaGraph good) {
        return Arguments.of(id, bad, good);
    }

    private static SagaGraph deaf(SagaGraph graph) {
        return new SagaGraph(graph.type(), graph.steps(), graph.deadline(), Set.of());
    }

    private static List<String> rulesOf(LintReport report) {
        return report.findings().stream().map(Finding::rule).toList();
    }
}
