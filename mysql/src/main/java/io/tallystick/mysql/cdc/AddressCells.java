package io.tallystick.mysql.cdc;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.UUID;

/** MariaDB's UUID and network addresses; the log has them in network order. Stateless. */
final class AddressCells {

    private static final byte[] MAPPED = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte) 0xff, (byte) 0xff};

    private AddressCells() {}

    static UUID uuid(byte[] bytes) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        return new UUID(in.getLong(), in.getLong());
    }

    /** As MariaDB spells it: IPv6 with its longest run of zeros left out. */
    static String internet(byte[] address) {
        try {
            return address.length == 4 ? InetAddress.getByAddress(address).getHostAddress() : version6(address);
        } catch (UnknownHostException wrongLength) {
            throw new IllegalArgumentException(wrongLength);
        }
    }

    private static String version6(byte[] address) throws UnknownHostException {
        if (java.util.Arrays.equals(address, 0, 12, MAPPED, 0, 12)) {
            return "::ffff:" + internet(java.util.Arrays.copyOfRange(address, 12, 16));
        }
        int[] gap = longestZeros(address);
        StringBuilder text = new StringBuilder(40);
        for (int i = 0; i < 8; i++) {
            if (i == gap[0]) {
                text.append("::");
                i += gap[1] - 1;
            } else {
                boolean separated = i == 0 || i == gap[0] + gap[1] && gap[1] > 0;
                text.append(separated ? "" : ":").append(Integer.toHexString((int) LogCells.big(address, 2 * i, 2)));
            }
        }
        return text.toString();
    }

    /** Where the longest run of zero groups begins, and how many they are; one alone counts too, as in the server. */
    private static int[] longestZeros(byte[] address) {
        int[] best = {-1, 0};
        int length = 0;
        for (int i = 0; i < 8; i++) {
            length = LogCells.big(address, 2 * i, 2) == 0 ? length + 1 : 0;
            if (length > best[1]) {
                best = new int[] {i - length + 1, length};
            }
        }
        return best;
    }
}
