package io.tallystick.saga;

/** Where one step of a saga stands. Which event leads where is one table, in {@link StepTable}. */
public enum StepStatus {
    /** Its turn has not come, or its attempts are known to have left nothing behind. */
    NOT_STARTED,
    /** An attempt of the action is intended, durable, and its outcome is awaited. */
    RUNNING,
    /** The action happened. */
    DONE,
    /** The participant said no; nothing happened. */
    REFUSED,
    /** Given up without knowing whether the action happened: compensated as if it had. */
    IN_DOUBT,
    /** The action waits for a person. */
    PARKED,
    /** A person decided to go on without it. */
    SKIPPED,
    /** An attempt of the compensation is intended and its outcome is awaited. */
    UNDOING,
    /** The compensation waits for a person. */
    UNDO_PARKED,
    /** The compensation happened. */
    UNDONE;

    /** Whether an answer for this step is awaited. */
    boolean inFlight() {
        return this == RUNNING || this == UNDOING;
    }

    /** Whether steps behind this one may begin. */
    boolean passed() {
        return this == DONE || this == SKIPPED;
    }

    boolean parked() {
        return this == PARKED || this == UNDO_PARKED;
    }
}
