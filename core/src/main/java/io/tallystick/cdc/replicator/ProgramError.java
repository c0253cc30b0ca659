package io.tallystick.cdc.replicator;

import io.tallystick.jdbc.RejectedException;

/** What is told of an exception of a user's program: a message may hold data, and only that of a rejection is made to be read. */
public final class ProgramError {

    private ProgramError() {}

    /** The message of a rejection; the kind and the place of everything else. */
    public static String told(RuntimeException e) {
        return e instanceof RejectedException
                ? String.valueOf(e.getMessage())
                : e.getClass().getName() + place(e);
    }

    private static String place(RuntimeException e) {
        for (StackTraceElement each : e.getStackTrace()) {
            if (!each.getClassName().startsWith("java.")) {
                return " at " + each;
            }
        }
        return "";
    }
}
