package io.tallystick.examples;

/**
 * One statement about the books of all services after a run.
 *
 * @param name what must hold, as a sentence
 * @param ok whether it holds
 * @param expected what the books should say
 * @param found what they say
 */
public record Check(String name, boolean ok, String expected, String found) {

    /** Holds when both are equal. */
    public static Check equal(String name, Object expected, Object found) {
        return new Check(name, expected.equals(found), expected.toString(), found.toString());
    }

    @Override
    public String toString() {
        return (ok ? "ok   " : "FAIL ")
                + name
                + (ok ? " (" + found + ")" : ": expected " + expected + ", found " + found);
    }
}
