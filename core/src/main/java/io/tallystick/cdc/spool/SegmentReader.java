package io.tallystick.cdc.spool;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.disk.Disk;
import io.tallystick.jdbc.CorruptionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** Reads one segment record by record, each checked. For one thread. */
final class SegmentReader implements AutoCloseable {

    private static final int BUFFER = 1 << 18;

    private final String name;
    private final Disk.Handle file;
    private final PieceDecoder decoder;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer ahead = ByteBuffer.allocate(BUFFER).limit(0);
    private byte[] content = new byte[4096];
    /** Where the next record begins, and where the bytes that were read ahead begin. */
    private long at;

    private long aheadAt;
    private final Position after;

    private SegmentReader(String name, Disk.Handle file, PieceDecoder decoder, long upTo) throws IOException {
        this.name = name;
        this.file = file;
        this.decoder = decoder;
        Head head = head(upTo);
        if (head.kind != PieceEncoder.HEADER) {
            throw damaged("begins with a record of kind " + head.kind);
        }
        this.after = decoder.header(content, head.length);
    }

    /**
     * @param upTo how many of its bytes count
     * @throws CorruptionException when it has no sound beginning
     */
    static SegmentReader open(Disk disk, String name, PieceDecoder decoder, long upTo) throws IOException {
        Disk.Handle file = disk.read(name);
        boolean sound = false;
        try {
            SegmentReader reader = new SegmentReader(name, file, decoder, Math.min(upTo, file.size()));
            sound = true;
            return reader;
        } finally {
            if (!sound) {
                file.close();
            }
        }
    }

    /** Its first piece follows this position. */
    Position after() {
        return after;
    }

    /** Where the next record begins. */
    long at() {
        return at;
    }

    /**
     * The next piece of those that end before {@code upTo}; null when there is none.
     *
     * @throws CorruptionException when a record is damaged or ends behind that place
     */
    @Nullable
    TransactionPiece next(long upTo) throws IOException {
        while (at < upTo) {
            Head head = head(upTo);
            try {
                switch (head.kind) {
                    case PieceEncoder.TABLE -> decoder.table(content, head.length);
                    case PieceEncoder.PIECE -> {
                        return decoder.piece(content, head.length);
                    }
                    default -> throw damaged("has a record of unknown kind " + head.kind);
                }
            } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException | IllegalStateException e) {
                throw damaged("has a record that cannot be understood: " + e);
            }
        }
        return null;
    }

    /** Reads a whole record; its content stands in {@link #content} then. */
    private Head head(long upTo) throws IOException {
        long left = upTo - at;
        if (left < SegmentWriter.RECORD_HEAD) {
            throw damaged("ends inside a record");
        }
        ByteBuffer head = bytes(SegmentWriter.RECORD_HEAD);
        int length = head.getInt() - 1;
        int expected = head.getInt();
        byte kind = head.get();
        if (length < 0 || length > left - SegmentWriter.RECORD_HEAD) {
            throw damaged("ends inside a record, or names a wrong length: " + length);
        }
        content(length);
        crc.reset();
        crc.update(kind);
        crc.update(content, 0, length);
        if ((int) crc.getValue() != expected) {
            throw damaged("has a record with a wrong checksum");
        }
        at += SegmentWriter.RECORD_HEAD + length;
        return new Head(kind, length);
    }

    private void content(int length) throws IOException {
        if (content.length < length) {
            content = new byte[Math.max(length, 2 * content.length)];
        }
        int filled = 0;
        while (filled < length) {
            ByteBuffer next = bytes(1);
            int part = Math.min(next.remaining(), length - filled);
            next.get(content, filled, part);
            filled += part;
        }
    }

    /** At least so many bytes, from where the last ones were taken. */
    private ByteBuffer bytes(int wanted) throws IOException {
        if (ahead.remaining() < wanted) {
            aheadAt += ahead.position();
            ahead.compact();
            file.read(aheadAt + ahead.position(), ahead);
            ahead.flip();
            if (ahead.remaining() < wanted) {
                throw damaged("is shorter than it was");
            }
        }
        return ahead;
    }

    private CorruptionException damaged(String how) {
        return new CorruptionException("spool segment " + name + " " + how + " at byte " + at);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private record Head(byte kind, int length) {}
}
