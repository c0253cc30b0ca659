package io.tallystick.cli;

/** Ends a command with a sentence and an exit code. */
final class Stop extends RuntimeException {

    private final int code;

    Stop(int code, String message) {
        super(message);
        this.code = code;
    }

    int code() {
        return code;
    }
}
