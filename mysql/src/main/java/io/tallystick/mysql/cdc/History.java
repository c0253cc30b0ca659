package io.tallystick.mysql.cdc;

/**
 * Which rows of a table WITH SYSTEM VERSIONING (MariaDB) are its past. The log tells a deletion there as an update that ends the row, and
 * an update as one and an insert of the row that was: only rows that have not ended are rows of the table. A history by numbers of
 * transactions instead of times is written to the log as statements, which are a gap.
 *
 * @param end place of the column AS ROW END; negative for a table without history
 */
record History(int end) {

    static final History NONE = new History(-1);

    /** TIMESTAMP(6): seconds, the first byte first, and microseconds. */
    private static final int TIMESTAMP_BYTES = 7;

    private static final int LAST_MICROS = 999_999;

    /** Whether this row had ended. The end of a row that has not is the greatest time that there is. */
    boolean isPast(byte[] bytes, int start, int[] cells) {
        if (end < 0) {
            return false;
        }
        // another length: left out of this image
        return cells[2 * end + 1] == TIMESTAMP_BYTES && !isLastTime(bytes, start + cells[2 * end]);
    }

    /** The last second is that of 32 bits, without a sign from MariaDB 11.5 on. */
    private static boolean isLastTime(byte[] bytes, int at) {
        boolean lastSecond =
                (bytes[at] & 0x7f) == 0x7f && bytes[at + 1] == -1 && bytes[at + 2] == -1 && bytes[at + 3] == -1;
        int micros = (bytes[at + 4] & 0xff) << 16 | (bytes[at + 5] & 0xff) << 8 | bytes[at + 6] & 0xff;
        return lastSecond && micros == LAST_MICROS;
    }
}
