package io.tallystick.postgres.cdc;

import java.util.Arrays;

/** Bytes in network order that grow as need be. For one thread. */
final class WireBuffer {

    private byte[] bytes = new byte[64 * 1024];
    private int size;

    byte[] bytes() {
        return bytes;
    }

    int size() {
        return size;
    }

    void clear() {
        size = 0;
    }

    /** Forgets what was written since it had this size. */
    void cut(int earlier) {
        size = earlier;
    }

    WireBuffer int8(int value) {
        room(1);
        bytes[size++] = (byte) value;
        return this;
    }

    WireBuffer int16(int value) {
        room(2);
        bytes[size++] = (byte) (value >> 8);
        bytes[size++] = (byte) value;
        return this;
    }

    WireBuffer int32(int value) {
        room(4);
        put32(size, value);
        size += 4;
        return this;
    }

    WireBuffer int64(long value) {
        return int32((int) (value >> 32)).int32((int) value);
    }

    WireBuffer bytes(byte[] from, int offset, int length) {
        room(length);
        System.arraycopy(from, offset, bytes, size, length);
        size += length;
        return this;
    }

    /** Leaves place for the length of what follows. */
    int openLength() {
        int32(0);
        return size;
    }

    /** Fills in the length of everything since {@link #openLength}. */
    void closeLength(int opened) {
        put32(opened - 4, size - opened);
    }

    /** Overwrites four bytes that were written before. */
    void put32(int at, int value) {
        bytes[at] = (byte) (value >> 24);
        bytes[at + 1] = (byte) (value >> 16);
        bytes[at + 2] = (byte) (value >> 8);
        bytes[at + 3] = (byte) value;
    }

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
        }
    }
}
