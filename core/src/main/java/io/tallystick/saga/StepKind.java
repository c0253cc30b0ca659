package io.tallystick.saga;

/** How the work of a step is carried out. */
public enum StepKind {
    /** In the engine's own database transaction: exactly once, one commit for business rows and saga state. */
    LOCAL,
    /** A function that goes outside: at least once, with an idempotency key. */
    CALL,
    /** An HTTP request with idempotency key and saga headers. */
    HTTP,
    /** A message on a command channel, answered on the reply channel. */
    COMMAND,
    /** Another saga, whose undo is kept until this one ends. */
    SAGA,
    /** Nothing but time passes. */
    DELAY;

    /** Whether the effect lies outside the engine's transaction, so that an attempt may end unknown. */
    public boolean external() {
        return this == CALL || this == HTTP || this == COMMAND;
    }
}
