package io.tallystick.saga;

/** What a person can do to a saga. */
public enum Verb {
    /** Try the parked step again now. */
    RETRY("retry"),
    /** Replace the payload, then try the parked step again. */
    EDIT("edit"),
    /** The parked step did happen: go on, with the evidence noted. */
    MARK_DONE("done"),
    /** Go on without the parked step. */
    SKIP("skip"),
    /** Take everything back. */
    COMPENSATE("compensate"),
    /** Go forward again, doing once more what was taken back. */
    RESUME("resume"),
    /** Make somebody else responsible. */
    REASSIGN("reassign"),
    /** Write something down. */
    NOTE("note");

    private final String word;

    Verb(String word) {
        this.word = word;
    }

    /** The word on the command line, as in {@code tally saga done}. */
    public String word() {
        return word;
    }
}
