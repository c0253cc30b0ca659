package io.tallystick.postgres.type;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.util.HexFormat;

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

    private static String colons(byte[] address) {
        try {
            // eight groups without leading zeros; PostgreSQL shortens more and means the same
            return InetAddress.getByAddress(address).getHostAddress();
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(address.length + " bytes are no address", e);
        }
    }
}
