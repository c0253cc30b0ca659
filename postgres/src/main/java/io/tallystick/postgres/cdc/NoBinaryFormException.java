package io.tallystick.postgres.cdc;

/** A value that cannot be written in binary: its rows go as text, and the server says what is wrong with it, if anything is. */
final class NoBinaryFormException extends Exception {

    private static final long serialVersionUID = 1L;

    private final int written;

    NoBinaryFormException(String what) {
        this(what, 0);
    }

    private NoBinaryFormException(String what, int written) {
        // no stack trace: it only chooses the way
        super(what, null, false, false);
        this.written = written;
    }

    /** The same, when so many rows were written before. */
    NoBinaryFormException after(int rows) {
        return new NoBinaryFormException(String.valueOf(getMessage()), rows);
    }

    /** How many rows before this one were written. */
    int written() {
        return written;
    }
}
