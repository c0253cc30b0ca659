package io.tallystick.message;

/** Where the work of a participant's operation happens; decides what a missing barrier row proves. */
public enum Effect {
    /**
     * All work is done through the barrier's own transaction. No row of the action then proves that the action took no
     * effect, so its compensation has nothing to undo and does nothing.
     */
    TRANSACTIONAL,
    /**
     * Work is done outside the barrier's transaction too (an HTTP call, a file, another database). A missing or
     * rolled-back row of the action then proves nothing, so its compensation runs always and must bear an action that
     * never happened.
     */
    EXTERNAL
}
