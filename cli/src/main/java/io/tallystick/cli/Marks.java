package io.tallystick.cli;

import io.tallystick.saga.SagaStatus;
import io.tallystick.saga.StepStatus;

/** States by shape, word and colour, so that none of the three is needed. */
final class Marks {

    private Marks() {}

    static Cell of(SagaStatus status) {
        return switch (status) {
            case RUNNING -> new Cell("◔ running", Tone.WORKING);
            case COMPENSATING -> new Cell("◔ compensating", Tone.WARNING);
            case PARKED -> new Cell("✋parked", Tone.BAD);
            case HELD -> new Cell("◷ held", Tone.WORKING);
            case COMPLETED -> new Cell("● completed", Tone.GOOD);
            case COMPENSATED -> new Cell("✕ compensated", Tone.WARNING);
        };
    }

    static Cell of(StepStatus status) {
        return switch (status) {
            case NOT_STARTED -> new Cell("◷ waiting", Tone.QUIET);
            case RUNNING -> new Cell("◔ running", Tone.WORKING);
            case DONE -> new Cell("● done", Tone.GOOD);
            case REFUSED -> new Cell("✕ refused", Tone.BAD);
            case IN_DOUBT -> new Cell("? unknown", Tone.WARNING);
            case PARKED -> new Cell("✋parked", Tone.BAD);
            case SKIPPED -> new Cell("◌ skipped", Tone.WARNING);
            case UNDOING -> new Cell("◔ taking back", Tone.WORKING);
            case UNDO_PARKED -> new Cell("✋taking back is parked", Tone.BAD);
            case UNDONE -> new Cell("✕ taken back", Tone.WARNING);
        };
    }
}
