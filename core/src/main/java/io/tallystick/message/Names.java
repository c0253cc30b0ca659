package io.tallystick.message;

/**
 * What may stand in a key column. Blanks are refused because databases disagree whether {@code 'a'} equals
 * {@code 'a '}: two keys that differ there would be one key in MariaDB and two in PostgreSQL.
 */
final class Names {
    private Names() {}

    static String require(String what, String value, int maxLength) {
        if (value.isEmpty() || value.length() > maxLength) {
            throw new IllegalArgumentException(what + " '" + shortened(value) + "' has " + value.length()
                    + " characters: expected 1 to " + maxLength);
        }
        if (value.chars().anyMatch(c -> c <= ' ' || Character.isWhitespace(c) || Character.isISOControl(c))) {
            throw new IllegalArgumentException(
                    what + " '" + shortened(value) + "' contains a blank or control character; remove it");
        }
        return value;
    }

    static int count(String what, String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(what + " is '" + shortened(digits) + "': expected a whole number", e);
        }
    }

    private static String shortened(String value) {
        return value.length() <= 60 ? value : value.substring(0, 60) + "…";
    }
}
