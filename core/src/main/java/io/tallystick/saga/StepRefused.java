package io.tallystick.saga;

/**
 * Thrown by a step's action to say a business no: nothing happened and trying again would not help. It is an answer, not
 * a failure, so it carries no stack trace.
 */
public final class StepRefused extends RuntimeException {

    private final String code;

    public StepRefused(String code, String reason) {
        super(reason, null, false, false);
        this.code = code;
    }

    /** A short, stable word for programs, such as {@code INSUFFICIENT_BALANCE}. */
    public String code() {
        return code;
    }

    /** The sentence for people. */
    public String reason() {
        return java.util.Objects.requireNonNullElse(getMessage(), code);
    }
}
