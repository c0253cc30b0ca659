package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.RejectedException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is stored of a definition is enough to replay, draw and judge its sagas where its code is not. */
class GraphTextTest {

    private static final RetryPolicy RETRY = new RetryPolicy(Duration.ofMillis(150), Duration.ofSeconds(20), 7);

    @Test
    void a_graph_read_back_from_its_text_is_the_same_in_every_part() {
        SagaGraph graph = full();
        SagaGraph read = SagaGraph.parse(graph.canonical());
        assertThat(read.hash()).isEqualTo(graph.hash());
        assertThat(read.type()).isEqualTo(graph.type());
        assertThat(read.deadline()).isEqualTo(graph.deadline());
        assertThat(read.steps()).isEqualTo(graph.steps());
        assertThat(read.notices()).isEqualTo(graph.notices());
        assertThat(read.canonical()).isEqualTo(graph.canonical());
    }

    @Test
    void names_may_contain_what_the_text_uses_to_separate() {
        SagaGraph graph = new SagaGraph(
                "이체 | transfer, \\v2\nnew",
                List.of(
                        step("a | b, c = d", "host|name, \\x", Map.of("R1=,|", "because, so | it = is\nfine\\")),
                        step("\\u0041 | after x", "", Map.of(), "a | b, c = d"),
                        step(" step ends blank ", " ", Map.of(), "a | b, c = d", "\\u0041 | after x")),
                null,
                Set.of());
        SagaGraph read = SagaGraph.parse(graph.canonical());
        assertThat(read.steps()).isEqualTo(graph.steps());
        assertThat(read.type()).isEqualTo(graph.type());
        assertThat(read.hash()).isEqualTo(graph.hash());
    }

    @Test
    void what_only_the_linter_reads_does_not_make_another_version() {
        SagaGraph plain = new SagaGraph("t", List.of(step("a", "x", Map.of())), null, Set.of());
        SagaGraph judged =
                new SagaGraph("t", List.of(step("a", "x", Map.of("rule", "why"))), null, Set.of(Notice.PARKED));
        assertThat(judged.hash()).isEqualTo(plain.hash());
        assertThat(judged.canonical()).isNotEqualTo(plain.canonical());
    }

    @Test
    void what_decides_how_a_saga_goes_on_makes_another_version() {
        SagaGraph plain = new SagaGraph("t", List.of(step("a", "x", Map.of())), null, Set.of());
        SagaGraph elsewhere = new SagaGraph("t", List.of(step("a", "y", Map.of())), null, Set.of());
        SagaGraph limited = new SagaGraph("t", List.of(step("a", "x", Map.of())), Duration.ofMinutes(1), Set.of());
        assertThat(List.of(plain.hash(), elsewhere.hash(), limited.hash())).doesNotHaveDuplicates();
    }

    @Test
    void a_text_that_cannot_be_read_is_refused_with_the_line() {
        String text = full().canonical().replace("COMPENSABLE", "SOMETHING_NEW");
        assertThatThrownBy(() -> SagaGraph.parse(text))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("line 3")
                .hasMessageContaining("SOMETHING_NEW")
                .hasMessageContaining("newer version");
        assertThatThrownBy(() -> SagaGraph.parse(full().canonical() + "shape round\n"))
                .hasMessageContaining("shape round");
        assertThatThrownBy(() -> SagaGraph.parse("step a | LOCAL\n")).hasMessageContaining("line 1");
    }

    private static SagaGraph full() {
        return new SagaGraph(
                "interbank-transfer",
                List.of(
                        new StepSpec(
                                "book-balance",
                                StepKind.LOCAL,
                                new StepSpec.Conduct(
                                        Recovery.COMPENSABLE,
                                        true,
                                        RETRY,
                                        Duration.ofSeconds(10),
                                        Remedy.COMPENSATE,
                                        Remedy.PARK),
                                new StepSpec.Traits(
                                        "",
                                        true,
                                        false,
                                        Set.of("account", "ledger"),
                                        Set.of(Countermeasure.SEMANTIC_LOCK, Countermeasure.BY_VALUE),
                                        Map.of("late-risk", "measured: one in a million", "order", "agreed")),
                                List.of()),
                        new StepSpec(
                                "look-up",
                                StepKind.HTTP,
                                new StepSpec.Conduct(
                                        Recovery.PIVOT, false, RETRY, Duration.ofSeconds(3), Remedy.PARK, Remedy.PARK),
                                new StepSpec.Traits("other-bank", false, true, Set.of("odd"), Set.of(), Map.of()),
                                List.of("book-balance"))),
                Duration.ofMinutes(10),
                Set.of(Notice.PARKED, Notice.CANCELLED));
    }

    private static StepSpec step(String name, String target, Map<String, String> accepted, String... after) {
        StepSpec.Conduct conduct = new StepSpec.Conduct(
                Recovery.COMPENSABLE, false, RETRY, Duration.ofSeconds(1), Remedy.COMPENSATE, Remedy.COMPENSATE);
        StepSpec.Traits traits = new StepSpec.Traits(target, true, false, Set.of(), Set.of(), accepted);
        return new StepSpec(name, StepKind.CALL, conduct, traits, List.of(after));
    }
}
