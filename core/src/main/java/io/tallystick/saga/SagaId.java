package io.tallystick.saga;

/**
 * Names one saga. Time-ordered (42 bits of milliseconds, 10 bits of engine slot, 11 bits of sequence), because random
 * keys cost a third of a database's insert rate. Printed as 13 characters of Crockford's base 32.
 */
public record SagaId(long value) implements Comparable<SagaId> {

    private static final String DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private static final int LENGTH = 13;

    /** @throws IllegalArgumentException if the text is not an id, saying what one looks like */
    public static SagaId parse(String text) {
        String digits = text.strip().toUpperCase(java.util.Locale.ROOT);
        if (digits.length() != LENGTH) {
            throw notAnId(text);
        }
        long value = 0;
        for (int i = 0; i < LENGTH; i++) {
            int digit = DIGITS.indexOf(digits.charAt(i));
            if (digit < 0 || (i == 0 && digit > 7)) {
                throw notAnId(text);
            }
            value = value << 5 | digit;
        }
        return new SagaId(value);
    }

    private static IllegalArgumentException notAnId(String text) {
        return new IllegalArgumentException("'" + text + "' is not a saga id: expected 13 characters of 0-9 and A-Z"
                + " without I, L, O, U, such as 01J9ZK3V00001. List sagas with: tally saga list");
    }

    @Override
    public int compareTo(SagaId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        char[] text = new char[LENGTH];
        long rest = value;
        for (int i = LENGTH - 1; i >= 0; i--) {
            text[i] = DIGITS.charAt((int) (rest & 31));
            rest >>>= 5;
        }
        return new String(text);
    }
}
