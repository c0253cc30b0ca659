package io.tallystick.postgres.type;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Addresses of networks, hosts and cards. Stateless. */
final class NetworkForm {

    private NetworkForm() {}

    /** Family, bits of the mask, whether it is a cidr, number of bytes, the bytes (utils/adt/network.c). */
    static Object address(ByteBuffer in) {
        in.get();
        int bits = in.get() & 0xFF;
        boolean network = in.get() != 0;
        byte[] address = new byte[in.get()];
        in.get(address);
        String text = address.length == 4 ? dotted(address) : colons(address);
        return network || bits != address.length * 8 ? text + "/" + bits : text;
    }

    static Object card(ByteBuffer in) {
        byte[] bytes = new byte[in.remaining()];
        in.get(bytes);
        return HexFormat.ofDelimiter(":").formatHex(bytes);
    }

    private static String dotted(byte[] address) {
        return (address[0] & 0xFF) + "." + (address[1] & 0xFF) + "." + (address[2] & 0xFF) + "." + (address[3] & 0xFF);
    }

    /** Eight groups, the longest row of zeros left out, the last two as IPv4 where PostgreSQL does so (port/inet_net_ntop.c). */
    private static String colons(byte[] address) {
        int[] groups = new int[8];
        for (int i = 0; i < 8; i++) {
            groups[i] = (address[2 * i] & 0xFF) << 8 | address[2 * i + 1] & 0xFF;
        }
        int from = 8;
        int zeros = 1;
        for (int i = 0; i < 8; i++) {
            int end = i;
            while (end < 8 && groups[end] == 0) {
                end++;
            }
            if (end - i > zeros) {
                from = i;
                zeros = end - i;
            }
        }
        boolean isOld = from == 0 && (zeros == 6 || zeros == 7 && groups[7] != 1 || zeros == 5 && groups[5] == 0xFFFF);
        int last = isOld ? 6 : 8;
        String head = hex(groups, 0, Math.min(from, last));
        String tail = from == 8 ? "" : "::" + hex(groups, from + zeros, last);
        String text = head + tail;
        return isOld ? text + (text.endsWith(":") ? "" : ":") + dotted(Arrays.copyOfRange(address, 12, 16)) : text;
    }

    private static String hex(int[] groups, int from, int to) {
        return IntStream.range(from, Math.max(from, to))
                .mapToObj(i -> Integer.toHexString(groups[i]))
                .collect(Collectors.joining(":"));
    }
}
