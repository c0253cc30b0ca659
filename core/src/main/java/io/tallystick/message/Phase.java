package io.tallystick.message;

import java.util.Locale;

/** Which half of a step an operation is: the action itself, or the compensation that undoes it by business means. */
public enum Phase {
    /** The forward operation of a step. */
    ACTION,
    /** The operation that undoes the action of the same step. */
    COMPENSATION;

    /** The word used in keys, headers and tables: {@code action} or {@code compensation}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The phase of a word written by {@link #word()}.
     *
     * @throws IllegalArgumentException if the word is neither {@code action} nor {@code compensation}
     */
    public static Phase ofWord(String word) {
        for (Phase phase : values()) {
            if (phase.word().equals(word)) {
                return phase;
            }
        }
        throw new IllegalArgumentException(
                "phase '" + word + "' is unknown: expected 'action' or 'compensation'; see header " + Headers.PHASE);
    }
}
