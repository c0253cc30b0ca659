package io.tallystick.saga;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What follows from an event: the next state to store together with the event, and the effects to perform after that.
 *
 * @param ignored why the event does not count, or null if it does; then nothing is stored and nothing done
 */
record Decision<S, F>(S next, List<F> effects, @Nullable String ignored) {

    static <S, F> Decision<S, F> of(S next, List<F> effects) {
        return new Decision<>(next, List.copyOf(effects), null);
    }

    static <S, F> Decision<S, F> ignore(S unchanged, String why) {
        return new Decision<>(unchanged, List.of(), why);
    }

    boolean counts() {
        return ignored == null;
    }
}
