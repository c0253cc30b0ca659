package io.tallystick.bench.xa.campaign;

import io.tallystick.xa.Verdict;

/**
 * What the client was told.
 *
 * @param name by which it can ask when it was told "unknown"; "-" when there is none
 * @param why in one word or a few; for the report
 */
record Answer(Kind kind, String name, String why) {

    /** How a transfer ended, in the words of its coordinator. */
    enum Kind {
        COMMITTED,
        ROLLED_BACK,
        /** It may be either. */
        UNKNOWN,
        /** The coordinator says itself that the places differ, or may differ. */
        MIXED
    }

    static final Answer COMMITTED = new Answer(Kind.COMMITTED, "-", "");

    static Answer rolledBack(Throwable why) {
        return new Answer(Kind.ROLLED_BACK, "-", word(why));
    }

    static Answer unknown(String name, Throwable why) {
        return new Answer(Kind.UNKNOWN, name, word(why));
    }

    static Answer mixed(Throwable why) {
        return new Answer(Kind.MIXED, "-", word(why));
    }

    private static String word(Throwable why) {
        return why.getClass().getSimpleName();
    }

    /** Whether what was found in the places can be true beside this answer. */
    boolean allows(Verdict found) {
        return switch (kind) {
            case COMMITTED -> found == Verdict.COMMIT;
            case ROLLED_BACK -> found == Verdict.ABORT;
            case UNKNOWN, MIXED -> true;
        };
    }
}
