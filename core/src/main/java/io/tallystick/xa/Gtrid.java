package io.tallystick.xa;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * The global transaction id: who coordinates, where the decision lies, and a number never used again.
 *
 * <p>Fixed width and no separators, so that nobody ever compares by prefix ("app-1" and "app-10"). On the wire 32 bytes: version 1 ·
 * cluster 4 · home 4 · node 6 · epoch 4 · counter 5 · start in ms 6 · checksum 2.
 *
 * @param cluster {@link #hash} of the coordinator's service name; all its replicas share it
 * @param home {@link #hash} of the name of the decision store that arbitrates; fixed before the first branch is named
 * @param node random number or configured label of the process, 48 bits
 * @param epoch raised at each start of that node, so that (node, epoch) names one life of one process
 * @param counter counts transactions within the epoch, 40 bits
 * @param startedAt by the coordinator's clock, in ms; only a hint for age, never for safety
 */
public record Gtrid(int cluster, int home, long node, int epoch, long counter, Instant startedAt) {

    /** Length in bytes. */
    public static final int LENGTH = 32;

    private static final byte VERSION = 1;
    private static final long BITS_48 = (1L << 48) - 1;
    private static final long BITS_40 = (1L << 40) - 1;

    public Gtrid {
        if ((node & ~BITS_48) != 0 || (counter & ~BITS_40) != 0) {
            throw new IllegalArgumentException("gtrid of node " + node + ", counter " + counter
                    + ": expected at most 48 bits for the node and 40 for the counter");
        }
        startedAt = Instant.ofEpochMilli(startedAt.toEpochMilli() & BITS_48);
    }

    /** The 32 bits by which a name stands in an id. */
    public static int hash(String name) {
        CRC32 crc = new CRC32();
        crc.update(name.getBytes(StandardCharsets.UTF_8));
        return (int) crc.getValue();
    }

    public byte[] bytes() {
        ByteBuffer to = ByteBuffer.allocate(LENGTH);
        to.put(VERSION).putInt(cluster).putInt(home);
        put(to, node, 6);
        to.putInt(epoch);
        put(to, counter, 5);
        put(to, startedAt.toEpochMilli(), 6);
        to.putShort(checksum(to.array()));
        return to.array();
    }

    /** The id in these bytes, or nothing when they are not one of ours: a stranger's xid is left alone. */
    public static Optional<Gtrid> read(byte[] bytes) {
        if (bytes.length != LENGTH || bytes[0] != VERSION) {
            return Optional.empty();
        }
        ByteBuffer from = ByteBuffer.wrap(bytes, 1, LENGTH - 1);
        int cluster = from.getInt();
        int home = from.getInt();
        long node = take(from, 6);
        int epoch = from.getInt();
        long counter = take(from, 5);
        Instant startedAt = Instant.ofEpochMilli(take(from, 6));
        if (from.getShort() != checksum(bytes)) {
            return Optional.empty();
        }
        return Optional.of(new Gtrid(cluster, home, node, epoch, counter, startedAt));
    }

    /**
     * The id as people and headers write it: 64 hexadecimal digits.
     *
     * @throws IllegalArgumentException when it is not one
     */
    public static Gtrid parse(String text) {
        try {
            return read(HexFormat.of().parseHex(text.strip())).orElseThrow();
        } catch (IllegalArgumentException | java.util.NoSuchElementException e) {
            throw new IllegalArgumentException(
                    "'" + (text.length() > 80 ? text.substring(0, 80) + "…" : text)
                            + "' is no gtrid: expected 64 hexadecimal digits as printed by tally tx list"
                            + (text.strip().length() == 2 * LENGTH ? "; a digit of these is wrong, copy it again" : ""),
                    e);
        }
    }

    /** 64 hexadecimal digits. */
    @Override
    public String toString() {
        return HexFormat.of().formatHex(bytes());
    }

    private static short checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, LENGTH - 2);
        return (short) crc.getValue();
    }

    private static void put(ByteBuffer to, long value, int width) {
        for (int shift = (width - 1) * 8; shift >= 0; shift -= 8) {
            to.put((byte) (value >>> shift));
        }
    }

    private static long take(ByteBuffer from, int width) {
        long value = 0;
        for (int i = 0; i < width; i++) {
            value = value << 8 | (from.get() & 0xFF);
        }
        return value;
    }
}
