package io.tallystick.postgres.cdc;

/** A value that cannot be written in binary: its rows go as text, and the server says what is wrong with it, if anything is. */
final class NoBinaryFormException extends Exception {

    private static final long serialVersionUID = 1L;

    NoBinaryFormException(String what) {
        // no stack trace: it only chooses the way
        super(what, null, false, false);
    }
}
