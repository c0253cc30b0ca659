package io.tallystick.cdc;

/**
 * How far a source's log was read: always a whole transaction, never a place inside one. Opaque to everybody
 * but the source that made it; it names the source's history too (system and time line, or GTID domains), so that a
 * position of another history is recognised.
 *
 * @param text at most a million characters of ASCII (a GTID set names every server that ever wrote, and every gap), for instance {@code 7301234567890/1/0/16B3748} or {@code 0-1-270,1-2-18}
 */
public record Position(String text) {

    private static final int LONGEST = 1_000_000;

    public Position {
        if (text.isEmpty() || text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "a position has 1 to " + LONGEST + " characters, found " + text.length());
        }
    }

    @Override
    public String toString() {
        return text;
    }
}
