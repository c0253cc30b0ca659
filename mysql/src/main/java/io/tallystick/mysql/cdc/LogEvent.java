package io.tallystick.mysql.cdc;

/**
 * The common header of an event and where its body lies.
 *
 * @param seconds the server's clock when the statement began, in seconds since 1970
 * @param nextOffset where the next event stands in the file; 0 when the server does not say
 * @param size of the event in the file, in bytes
 * @param body from the end of the header to the end, without checksum
 */
record LogEvent(int type, long seconds, long size, long nextOffset, int flags, LogBytes body) {

    static final int HEADER = 19;

    /** Reads an event that begins here. */
    static LogEvent read(byte[] bytes, int from, int end) {
        LogBytes in = new LogBytes(bytes, from, end);
        long seconds = in.u32();
        int type = in.u8();
        in.skip(4); // id of the server that made it
        long size = in.u32();
        long next = in.u32();
        int flags = in.u16();
        return new LogEvent(type, seconds, size, next, flags, in);
    }

    boolean isArtificial() {
        return (flags & EventType.FLAG_ARTIFICIAL) != 0;
    }

    boolean isIgnorable() {
        return (flags & EventType.FLAG_IGNORABLE) != 0;
    }
}
