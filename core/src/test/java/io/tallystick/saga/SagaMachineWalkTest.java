package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.message.Phase;
import io.tallystick.testkit.sim.SeedTest;
import io.tallystick.testkit.sim.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/** Random sagas, random events, and what must hold after each: shows protocol errors that nobody thought of a story for. */
class SagaMachineWalkTest {

    private static final int CHAOS = 60;
    private static final int LONGEST_WAY_OUT = 400;

    @SeedTest(seeds = 300)
    void whatever_happens_the_protocol_holds_and_there_is_a_way_out(Simulation sim) {
        Walk walk = new Walk(sim.random());
        for (int i = 0; i < CHAOS && !walk.state.status().ended(); i++) {
            walk.step(walk.chaos());
        }
        for (int i = 0; i < LONGEST_WAY_OUT && !walk.state.status().ended(); i++) {
            walk.step(walk.wayOut());
        }
        assertThat(walk.state.status().ended())
                .as("ended after all: %s", walk.state)
                .isTrue();
        walk.replay();
    }

    private static final class Walk {
        private final RandomGenerator random;
        private final SagaGraph graph;
        private final SagaHead head;
        private final List<StepToken> seen = new ArrayList<>();
        private final List<SagaEvent> history = new ArrayList<>();
        private SagaState state;

        Walk(RandomGenerator random) {
            this.random = random;
            this.graph = RandomGraphs.next(random);
            SagaHead.Parent parent = random.nextInt(4) == 0 ? new SagaHead.Parent(new SagaId(9), "sub") : null;
            this.head = new SagaHead(new SagaId(1), "key", "corr", SagaScript.START, parent);
            Decision<SagaState, SagaEffect> begun = SagaMachine.begin(head, graph, Payload.of("{}"));
            this.state = begun.next();
            remember(begun.effects());
        }

        void step(SagaEvent event) {
            SagaState before = state;
            Decision<SagaState, SagaEffect> decision = SagaMachine.decide(before, event, SagaScript.START);
            state = decision.next();
            if (!decision.counts()) {
                assertThat(state).isSameAs(before);
                return;
            }
            history.add(event);
            remember(decision.effects());
            assertThat(state.seq()).isEqualTo(before.seq() + 1);
            check(before, event, decision.effects());
        }

        private void check(SagaState before, SagaEvent event, List<SagaEffect> effects) {
            assertThat(before.status().ended()).as("an end changed").isFalse();
            for (StepSpec spec : graph.steps()) {
                begun(before, spec);
                takenBackInReverse(before, spec);
                keyKept(before, event, spec);
            }
            boolean stillParked = before.status() == SagaStatus.PARKED && state.status() == SagaStatus.PARKED;
            if (stillParked && !(event instanceof SagaEvent.Intervened)) {
                assertThat(effects).noneMatch(SagaEffect.Invoke.class::isInstance);
            }
            neverStuck();
        }

        private void begun(SagaState before, StepSpec spec) {
            StepState step = state.step(spec.name());
            boolean launched = step.status() == StepStatus.RUNNING
                    && before.step(spec.name()).status() == StepStatus.NOT_STARTED;
            if (launched) {
                for (String needed : spec.after()) {
                    assertThat(state.step(needed).status().passed())
                            .as("%s began before %s: %s", spec.name(), needed, state)
                            .isTrue();
                }
            }
        }

        private void takenBackInReverse(SagaState before, StepSpec spec) {
            boolean begunUndo = state.step(spec.name()).status() == StepStatus.UNDOING
                    && !before.step(spec.name()).token().phase().equals(Phase.COMPENSATION);
            if (begunUndo) {
                for (StepSpec later : graph.steps()) {
                    StepState behind = state.step(later.name());
                    if (graph.position(later.name()) > graph.position(spec.name())
                            && graph.ordered(spec.name(), later.name())) {
                        assertThat(behind.status().inFlight() || (behind.leftSomething() && later.compensated()))
                                .as("%s taken back before %s", spec.name(), later.name())
                                .isFalse();
                    }
                }
            }
        }

        private void keyKept(SagaState before, SagaEvent event, StepSpec spec) {
            StepState was = before.step(spec.name());
            StepState is = state.step(spec.name());
            boolean vouched = event instanceof SagaEvent.Intervened act
                    && act.intervention().verb() == Verb.EDIT;
            boolean undecided =
                    was.mayHaveRun() && (was.status() == StepStatus.RUNNING || was.status() == StepStatus.PARKED);
            if (undecided && !vouched && is.status() == StepStatus.RUNNING) {
                assertThat(is.token().execution()).isEqualTo(was.token().execution());
            }
        }

        private void neverStuck() {
            boolean rests =
                    state.status().ended() || state.status() == SagaStatus.PARKED || state.status() == SagaStatus.HELD;
            boolean expects = !SagaMachine.outstanding(state).isEmpty();
            assertThat(rests || expects)
                    .as("nothing will ever happen again: %s", state)
                    .isTrue();
        }

        void replay() {
            SagaState replayed =
                    SagaMachine.begin(head, graph, Payload.of("{}")).next();
            for (SagaEvent event : history) {
                replayed = SagaMachine.decide(replayed, event, SagaScript.START).next();
            }
            assertThat(replayed).isEqualTo(state);
        }

        private void remember(List<SagaEffect> effects) {
            for (SagaEffect effect : effects) {
                if (effect instanceof SagaEffect.Invoke invoke) {
                    seen.add(invoke.token());
                }
            }
        }

        SagaEvent chaos() {
            int dice = random.nextInt(20);
            if (dice == 0) {
                return new SagaEvent.CancelRequested("kim", "chaos");
            }
            if (dice == 1) {
                return new SagaEvent.DeadlinePassed(SagaScript.START);
            }
            if (dice == 2 && head.parent() != null) {
                return new SagaEvent.ParentEnded(random.nextBoolean());
            }
            if (dice < 6) {
                Verb verb = Verb.values()[random.nextInt(Verb.values().length)];
                String name = graph.steps().get(random.nextInt(graph.size())).name();
                return act(verb, random.nextBoolean() ? name : null);
            }
            return dice < 8 ? toldOr(answer()) : answer();
        }

        private SagaEvent answer() {
            if (seen.isEmpty()) {
                return new SagaEvent.CancelRequested("kim", "nothing to answer");
            }
            int recent = Math.min(seen.size(), 1 + random.nextInt(5));
            StepToken token = seen.get(seen.size() - recent);
            return switch (random.nextInt(5)) {
                case 0 -> new SagaEvent.StepWasRefused(token, "NO", "chaos");
                case 1 -> new SagaEvent.StepUnknown(token, "chaos", true);
                case 2 -> new SagaEvent.StepUnknown(token, "chaos", false);
                default -> new SagaEvent.StepDone(token, null);
            };
        }

        /** What friendly participants, a patient person and a finished parent would bring about. */
        SagaEvent wayOut() {
            for (StepState step : state.steps()) {
                if (step.status() == StepStatus.UNDO_PARKED || step.status() == StepStatus.PARKED) {
                    return act(Verb.RETRY, step.token().step());
                }
            }
            if (state.status() == SagaStatus.HELD) {
                return new SagaEvent.ParentEnded(true);
            }
            for (StepState step : state.steps()) {
                if (step.status().inFlight()) {
                    return new SagaEvent.StepDone(step.token(), null);
                }
            }
            return toldOr(new SagaEvent.CancelRequested("kim", "nothing else to do"));
        }

        private SagaEvent toldOr(SagaEvent other) {
            List<Notice> notices = state.progress().waiting().notices();
            return notices.isEmpty() ? other : new SagaEvent.Notified(notices.get(0), true);
        }

        private static SagaEvent act(Verb verb, @org.jspecify.annotations.Nullable String step) {
            return new SagaEvent.Intervened(new Intervention(verb, "kim", "chaos", step, "{}"));
        }
    }
}
