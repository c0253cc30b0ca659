package io.tallystick.mysql;

/**
 * The first packet of a server, byte for byte as it passes: behind the packet's head the protocol's version, the server's version with a
 * zero at its end, the connection's id, the first half of a seed, a zero and the lower flags; then the character set, which becomes
 * utf8mb4 (Protocol::HandshakeV10 of both servers' documentation). For one thread.
 */
final class Greeting {

    private static final int HEAD = 4;
    private static final byte PROTOCOL = 10;
    /** utf8mb4_general_ci, which every version of both servers knows. */
    private static final byte UTF8MB4 = 45;
    /** Id, seed, zero and flags. */
    private static final int BETWEEN = 4 + 8 + 1 + 2;

    private int at;
    private int characterSetAt = -1;
    private boolean over;

    boolean isOver() {
        return over;
    }

    /** The next byte, as it is to be read. */
    byte seen(byte next) {
        int here = at++;
        if (here == HEAD && next != PROTOCOL) {
            // a refusal, for instance because there are too many connections
            over = true;
        } else if (here > HEAD && characterSetAt < 0 && next == 0) {
            characterSetAt = here + BETWEEN + 1;
        } else if (here == characterSetAt) {
            over = true;
            return isUtf8(next) ? next : UTF8MB4;
        }
        return next;
    }

    /** Collations of utf8mb3 and utf8mb4 by their numbers. */
    private static boolean isUtf8(byte collation) {
        int number = collation & 0xff;
        return number == 33
                || number == 45
                || number == 46
                || number == 83
                || number >= 192 && number <= 247
                || number == 255;
    }
}
