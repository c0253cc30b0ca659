package io.tallystick.saga;

/** An exception in one line for the saga's history. */
final class Failures {

    private static final int LONGEST = 500;

    private Failures() {}

    static String words(Throwable failure) {
        String message = failure.getMessage();
        String text = message == null
                ? failure.getClass().getName()
                : failure.getClass().getSimpleName() + ": " + message;
        String clean = text.replace('\u0000', ' ');
        return clean.length() <= LONGEST ? clean : clean.substring(0, LONGEST) + "…";
    }
}
