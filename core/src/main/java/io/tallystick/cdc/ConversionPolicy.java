package io.tallystick.cdc;

/**
 * What becomes of a value that the target's type cannot express. A type that can (PostgreSQL's infinity in PostgreSQL, a
 * zero date in MariaDB) takes it as it is, whatever is chosen here.
 *
 * @param infinity for {@link SpecialValue#INFINITY} and {@link SpecialValue#MINUS_INFINITY}, also of floats
 * @param notANumber for {@link SpecialValue#NOT_A_NUMBER}; there is nothing to clamp it to
 * @param zeroDate for {@link SpecialValue#ZERO_DATE}
 */
public record ConversionPolicy(Choice infinity, Choice notANumber, Choice zeroDate) {

    /** What is written instead. */
    public enum Choice {
        /** NULL. */
        NULL,
        /** The largest or smallest value of the target's type. */
        CLAMP,
        /** Nothing: the row is refused as a {@link java.sql.SQLDataException}, for a person to decide. */
        ERROR,
        /** The word for it, in a column that holds text; elsewhere refused. */
        TEXT
    }

    public ConversionPolicy {
        if (notANumber == Choice.CLAMP) {
            throw new IllegalArgumentException(
                    "conversion: notANumber was CLAMP, but no number is next to NaN; choose NULL, ERROR or TEXT");
        }
    }

    /** Nothing is changed without being asked: words in text columns, everywhere else an error. */
    public static ConversionPolicy standard() {
        return new ConversionPolicy(Choice.TEXT, Choice.TEXT, Choice.TEXT);
    }

    Choice choice(SpecialValue value) {
        return switch (value) {
            case INFINITY, MINUS_INFINITY -> infinity;
            case NOT_A_NUMBER -> notANumber;
            case ZERO_DATE -> zeroDate;
        };
    }
}
