package io.tallystick.mysql.cdc;

import io.tallystick.cdc.Position;

/**
 * How far a log was delivered, and what of it has to be read again after a restart. Transactions between XA PREPARE and their end are
 * in the log but not delivered: they are held, and a position says from where they can be found again. For one thread.
 *
 * <p>A position is {@code delivered} alone, or with held transactions {@code delivered;from=…} (MariaDB, the GTID list before the
 * oldest of them) or {@code delivered;held=…} (MySQL, their GTIDs: its sets may have holes). {@code none} stands for an empty one.
 */
interface LogProgress {

    /** The empty list or set, as a position spells it. */
    String NOTHING = "none";

    /** Where the server has to begin sending: everything that is neither delivered nor held. */
    String sendAfter();

    /** Whether this transaction was delivered before and is only sent again for the sake of held ones. */
    boolean isRepeated(Gtid gtid);

    /** The position that contains this transaction. */
    Position including(Gtid gtid);

    /** Everything of this transaction was delivered, held, or none of our business. */
    void done(Gtid gtid);

    /** This transaction, the current one, was prepared and is held from now on. */
    void hold(Gtid gtid);

    /** This held transaction was committed or rolled back. */
    void release(Gtid gtid);

    Position position();

    /** The part of a position before the semicolon, as the server would write it. */
    static String delivered(Position position) {
        String text = position.text();
        int end = text.indexOf(';');
        String delivered = end < 0 ? text : text.substring(0, end);
        return delivered.equals(NOTHING) ? "" : delivered;
    }

    /** The part of a position behind {@code ;key=}, or null. */
    static @org.jspecify.annotations.Nullable String extra(Position position, String key) {
        int start = position.text().indexOf(";" + key + "=");
        if (start < 0) {
            return null;
        }
        String extra = position.text().substring(start + key.length() + 2);
        return extra.equals(NOTHING) ? "" : extra;
    }

    static String orNothing(String text) {
        return text.isEmpty() ? NOTHING : text;
    }
}
