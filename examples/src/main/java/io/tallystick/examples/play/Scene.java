package io.tallystick.examples.play;

import io.tallystick.examples.Check;

/**
 * One story about one saga.
 *
 * @param title what happens, as a sentence
 * @param act plays it and says whether it ended as it must; leaves no fault switched on
 */
public record Scene(String title, Act act) {

    /** Plays a scene. */
    @FunctionalInterface
    public interface Act {
        Check play(Stage stage);
    }
}
