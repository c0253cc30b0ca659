package io.tallystick.saga;

/** Where a whole saga stands. The codes are stored and never change their meaning. */
public enum SagaStatus {
    /** Goes forward. */
    RUNNING(0),
    /** Was refused, cancelled or gave up, and takes back what it did. */
    COMPENSATING(1),
    /** Waits for a person; nothing new is launched, locks are kept. */
    PARKED(2),
    /** A sub-saga whose steps are all done and that keeps its undo until its parent ends. */
    HELD(3),
    /** Ended: every step done. Never changes again. */
    COMPLETED(4),
    /** Ended: everything that was done is taken back. Never changes again. */
    COMPENSATED(5);

    private final int code;

    SagaStatus(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    public boolean ended() {
        return this == COMPLETED || this == COMPENSATED;
    }

    public static SagaStatus of(int code) {
        for (SagaStatus status : values()) {
            if (status.code == code) {
                return status;
            }
        }
        throw new IllegalArgumentException("no saga status has the code " + code);
    }
}
