package io.tallystick.saga;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Something in a saga's design that will hurt.
 *
 * @param rule the rule's id in kebab-case, also the word to accept it by
 * @param steps the steps it is about
 * @param what what happens, in words
 * @param mend how to mend it, in words
 * @param reordered the steps in a better order, or empty where reordering does not mend it
 * @param acceptedBecause the reason written at the step, or null
 */
public record Finding(
        String rule,
        Severity severity,
        List<String> steps,
        String what,
        String mend,
        List<String> reordered,
        @Nullable String acceptedBecause) {

    /** How much it hurts. */
    public enum Severity {
        /** The saga can end wrong. */
        ERROR,
        /** The saga is slower, parks more often or shows others what may be taken back. */
        WARNING,
        /** It could be simpler or cheaper. */
        HINT
    }

    public Finding {
        steps = List.copyOf(steps);
        reordered = List.copyOf(reordered);
    }

    Finding acceptedBecause(@Nullable String reason) {
        return new Finding(rule, severity, steps, what, mend, reordered, reason);
    }

    public boolean accepted() {
        return acceptedBecause != null;
    }
}
