package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.saga.StepTable.Move;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells the machine a story: {@code given(state).when(event).then(state, effects)}. After every event the whole story is
 * replayed from its start and must lead to the same state and the same effects.
 */
final class SagaScript {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final Duration LIMIT = Duration.ofMinutes(10);

    /** One edge of the step table. */
    record Edge(StepStatus from, Move move) {}

    private record Happened(SagaEvent event, Instant at) {}

    final Set<Edge> edges = new HashSet<>();
    private final SagaHead head;
    private final SagaGraph graph;
    private final List<Happened> history = new ArrayList<>();
    private Instant now = START;
    private SagaState before;
    private Decision<SagaState, SagaEffect> last;

    private SagaScript(SagaHead head, SagaGraph graph) {
        this.head = head;
        this.graph = graph;
        this.last = SagaMachine.begin(head, graph, Payload.of("{}"));
        this.before = SagaState.started(head, graph, Payload.of("{}"));
    }

    static SagaScript given(Steps... steps) {
        return new SagaScript(new SagaHead(new SagaId(1), "key", "corr", START, null), Steps.graph(LIMIT, steps));
    }

    static SagaScript givenChild(Steps... steps) {
        SagaHead.Parent parent = new SagaHead.Parent(new SagaId(7), "child");
        return new SagaScript(new SagaHead(new SagaId(1), "key", "corr", START, parent), Steps.graph(LIMIT, steps));
    }

    SagaState state() {
        return last.next();
    }

    List<SagaEffect> effects() {
        return last.effects();
    }

    // ---- when

    SagaScript when(SagaEvent event) {
        before = state();
        last = SagaMachine.decide(before, event, now);
        if (last.counts()) {
            history.add(new Happened(event, now));
            replay();
        }
        return this;
    }

    SagaScript later(Duration passed) {
        now = now.plus(passed);
        return this;
    }

    SagaScript done(String step) {
        return done(step, null);
    }

    SagaScript done(String step, @Nullable String payload) {
        return when(new SagaEvent.StepDone(token(step), payload));
    }

    SagaScript refused(String step) {
        return when(new SagaEvent.StepWasRefused(token(step), "NO", "because"));
    }

    SagaScript unknown(String step) {
        return when(new SagaEvent.StepUnknown(token(step), "timeout", true));
    }

    SagaScript notExecuted(String step) {
        return when(new SagaEvent.StepUnknown(token(step), "connection refused", false));
    }

    SagaScript person(Verb verb) {
        return person(verb, null, null);
    }

    SagaScript person(Verb verb, @Nullable String step) {
        return person(verb, step, null);
    }

    SagaScript person(Verb verb, @Nullable String step, @Nullable String data) {
        return when(new SagaEvent.Intervened(new Intervention(verb, "kim", "has looked", step, data)));
    }

    SagaScript cancel() {
        return when(new SagaEvent.CancelRequested("kim", "second thoughts"));
    }

    SagaScript deadline() {
        now = START.plus(LIMIT);
        return when(new SagaEvent.DeadlinePassed(now));
    }

    SagaScript told() {
        for (Notice notice : List.copyOf(state().progress().waiting().notices())) {
            when(new SagaEvent.Notified(notice, true));
        }
        return this;
    }

    // ---- then

    /** The step has made exactly these moves of the table with the last event. */
    SagaScript takes(String step, Move... moves) {
        StepStatus status = before.step(step).status();
        for (Move move : moves) {
            edges.add(new Edge(status, move));
            status = StepTable.move(status, move);
        }
        assertThat(state().step(step).status()).as(step).isEqualTo(status);
        return this;
    }

    SagaScript is(SagaStatus status) {
        assertThat(state().status()).isEqualTo(status);
        return this;
    }

    SagaScript step(String step, StepStatus status) {
        assertThat(state().step(step).status()).as(step).isEqualTo(status);
        return this;
    }

    /** Exactly these attempts are to be made now, such as {@code "pay/action#1.2"}. */
    SagaScript invokes(String... tokens) {
        assertThat(invoked()).containsExactlyInAnyOrder(tokens);
        return this;
    }

    SagaScript announces(Notice notice) {
        assertThat(effects()).contains(new SagaEffect.Notify(notice));
        return this;
    }

    SagaScript ignored(String because) {
        assertThat(last.ignored()).isNotNull().contains(because);
        assertThat(last.effects()).isEmpty();
        return this;
    }

    StepToken token(String step) {
        return state().step(step).token();
    }

    private List<String> invoked() {
        List<String> tokens = new ArrayList<>();
        for (SagaEffect effect : effects()) {
            if (effect instanceof SagaEffect.Invoke invoke) {
                tokens.add(invoke.token().toString());
            }
        }
        return tokens;
    }

    private void replay() {
        Decision<SagaState, SagaEffect> replayed = SagaMachine.begin(head, graph, Payload.of("{}"));
        for (Happened happened : history) {
            replayed = SagaMachine.decide(replayed.next(), happened.event(), happened.at());
        }
        assertThat(replayed).as("replayed from its events").isEqualTo(last);
    }
}
