package io.tallystick.cdc;

import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How far a source's log was read: always a whole transaction, never a place inside one. Opaque to everybody
 * but the source that made it; it names the source's history too (system and time line, or GTID domains), so that a
 * position of another history is recognised. Equal when their texts are. Immutable; safe for all threads.
 */
public final class Position {

    private static final int LONGEST = 1_000_000;

    private final @Nullable LongFunction<String> form;
    private final long place;
    /** Written at most a few times, always with the same characters. */
    private @Nullable String text;

    /**
     * @param text at most a million characters of ASCII (a GTID set names every server that ever wrote, and every gap), for instance
     *     {@code 7301234567890/1/0/16B3748} or {@code 0-1-270,1-2-18}
     */
    public Position(String text) {
        this.form = null;
        this.place = 0;
        this.text = checked(text);
    }

    private Position(LongFunction<String> form, long place) {
        this.form = form;
        this.place = place;
    }

    /**
     * A position that is spelled only when somebody asks: of thousands of small transactions the last one alone is stored.
     *
     * @param form spells a place of one history; shared by its positions, and always gives the same text to the same place
     */
    public static Position of(LongFunction<String> form, long place) {
        return new Position(form, place);
    }

    public String text() {
        String known = text;
        if (known == null) {
            known = checked(form == null ? "" : form.apply(place));
            text = known;
        }
        return known;
    }

    private static String checked(String text) {
        if (text.isEmpty() || text.length() > LONGEST) {
            throw new IllegalArgumentException(
                    "a position has 1 to " + LONGEST + " characters, found " + text.length());
        }
        return text;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other || other instanceof Position that && text().equals(that.text());
    }

    @Override
    public int hashCode() {
        return text().hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
