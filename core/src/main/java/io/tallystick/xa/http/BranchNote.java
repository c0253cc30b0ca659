package io.tallystick.xa.http;

/**
 * What a service says of a branch with its vote and hears again with the branch's end; its coordinator keeps the text as it is. In words
 * {@code <hint> in <incarnation>}, for a person may read it.
 *
 * @param hint of the resource, as in {@link io.tallystick.xa.Vote.Prepared}
 * @param incarnation which database has prepared it; empty if unknown. In another one an absent branch is no acknowledgement
 */
record BranchNote(String hint, String incarnation) {

    private static final String IN = " in ";

    String text() {
        return incarnation.isEmpty() ? hint : hint + IN + incarnation;
    }

    static BranchNote read(String text) {
        int at = text.lastIndexOf(IN);
        return at < 0
                ? new BranchNote(text, "")
                : new BranchNote(text.substring(0, at), text.substring(at + IN.length()));
    }
}
