package io.tallystick.saga;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a person can do now: the machine itself is asked, so the list cannot promise what it then refuses. */
final class SagaChoices {

    private static final String SOMEBODY = "somebody";

    private SagaChoices() {}

    static List<SagaCase.Choice> of(SagaState state, Instant now) {
        List<SagaCase.Choice> choices = new ArrayList<>();
        List<String> parked = state.steps().stream()
                .filter(step -> step.status().parked())
                .map(step -> step.token().step())
                .toList();
        for (Verb verb : Verb.values()) {
            if (aboutOneStep(verb) && !parked.isEmpty()) {
                parked.forEach(step -> choices.add(choice(state, verb, step, now)));
            } else {
                choices.add(choice(state, verb, null, now));
            }
        }
        String obstacle = SagaMachine.decide(state, new SagaEvent.CancelRequested(SOMEBODY, "why"), now)
                .ignored();
        choices.add(new SagaCase.Choice("cancel", null, obstacle));
        return List.copyOf(choices);
    }

    private static boolean aboutOneStep(Verb verb) {
        return verb == Verb.RETRY || verb == Verb.EDIT || verb == Verb.MARK_DONE || verb == Verb.SKIP;
    }

    private static SagaCase.Choice choice(SagaState state, Verb verb, @Nullable String step, Instant now) {
        String data = verb == Verb.EDIT ? state.payload() : null;
        Intervention act = new Intervention(verb, SOMEBODY, "why", step, data);
        String obstacle =
                SagaMachine.decide(state, new SagaEvent.Intervened(act), now).ignored();
        return new SagaCase.Choice(verb.word(), step, obstacle);
    }
}
