package io.tallystick.jdbc;

/**
 * Something about a database that endangers what Tallystick promises, with what mends it.
 *
 * @param subject the setting, table or right
 * @param found what the server says
 * @param why what goes wrong otherwise
 * @param mend the statement or command that mends it
 */
public record Finding(Severity severity, String subject, String found, String why, String mend) {

    /** How bad it is. */
    public enum Severity {
        /** A promise is broken: do not run like this. */
        ERROR,
        /** Works, with a risk or a price that somebody must accept. */
        WARNING
    }

    public static Finding error(String subject, String found, String why, String mend) {
        return new Finding(Severity.ERROR, subject, found, why, mend);
    }

    public static Finding warning(String subject, String found, String why, String mend) {
        return new Finding(Severity.WARNING, subject, found, why, mend);
    }

    /** One line for a terminal. */
    @Override
    public String toString() {
        return severity + " " + subject + " is " + found + ": " + why + ". Mend it with: " + mend;
    }
}
