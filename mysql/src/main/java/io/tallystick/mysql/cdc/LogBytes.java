package io.tallystick.mysql.cdc;

import io.tallystick.jdbc.CorruptionException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads numbers and strings one after the other from a part of an array, little-endian as the log writes them. For one thread. */
final class LogBytes {

    private final byte[] bytes;
    private final int end;
    private int at;

    LogBytes(byte[] bytes, int from, int end) {
        this.bytes = bytes;
        this.at = from;
        this.end = end;
    }

    byte[] bytes() {
        return bytes;
    }

    int position() {
        return at;
    }

    int end() {
        return end;
    }

    int remaining() {
        return end - at;
    }

    void skip(int count) {
        need(count);
        at += count;
    }

    int u8() {
        need(1);
        return bytes[at++] & 0xff;
    }

    int u16() {
        return (int) number(2);
    }

    int u24() {
        return (int) number(3);
    }

    long u32() {
        return number(4);
    }

    long u48() {
        return number(6);
    }

    long i64() {
        return number(8);
    }

    /** An unsigned number of 1 to 8 bytes. */
    long number(int size) {
        need(size);
        long value = 0;
        for (int i = size - 1; i >= 0; i--) {
            value = value << 8 | bytes[at + i] & 0xff;
        }
        at += size;
        return value;
    }

    /** An integer whose first byte tells its length. */
    long packed() {
        int first = u8();
        return switch (first) {
            case 0xfc -> u16();
            case 0xfd -> u24();
            case 0xfe -> i64();
            default -> first;
        };
    }

    int packedInt() {
        return Math.toIntExact(packed());
    }

    byte[] take(int count) {
        need(count);
        at += count;
        return Arrays.copyOfRange(bytes, at - count, at);
    }

    String string(int length) {
        return string(length, StandardCharsets.UTF_8);
    }

    String string(int length, Charset charset) {
        need(length);
        at += length;
        return new String(bytes, at - length, length, charset);
    }

    /** The next bytes as a reader of their own. */
    LogBytes part(int length) {
        need(length);
        at += length;
        return new LogBytes(bytes, at - length, at);
    }

    private void need(int count) {
        if (count < 0 || count > end - at) {
            throw new CorruptionException(
                    "an event of the binary log ends after " + remaining() + " bytes where " + count
                            + " were expected; check the log with mariadb-binlog or mysqlbinlog --verify-binlog-checksum");
        }
    }
}
