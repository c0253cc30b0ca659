package io.tallystick.cdc.spool;

import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** Writes one segment from its beginning. After an exception it may only be closed. For one thread. */
final class SegmentWriter implements AutoCloseable {

    static final int RECORD_HEAD = 9;
    private static final int BUFFER = 1 << 18;

    private final Disk.Handle file;
    private final PieceEncoder encoder;
    private final CRC32C crc = new CRC32C();
    private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private long written;
    /** The end of the last complete transaction. */
    private long complete;

    private SegmentWriter(Disk.Handle file, ColumnTypes types) {
        this.file = file;
        this.encoder = new PieceEncoder(types);
    }

    /** Makes the file and its first record, durable when this returns. */
    static SegmentWriter create(Disk disk, String name, Position after, ColumnTypes types) throws IOException {
        SegmentWriter writer = new SegmentWriter(disk.open(name), types);
        boolean made = false;
        try {
            writer.file.truncate(0);
            writer.encoder.header(after, writer::record);
            writer.complete = writer.size();
            writer.force();
            disk.forceNames();
            made = true;
            return writer;
        } finally {
            if (!made) {
                writer.file.close();
            }
        }
    }

    void append(TransactionPiece piece) throws IOException {
        encoder.piece(piece, this::record);
        if (piece.last()) {
            complete = size();
        }
    }

    private void record(byte kind, PieceEncoder.Frame frame) throws IOException {
        crc.reset();
        crc.update(kind);
        crc.update(frame.array(), 0, frame.size());
        room(RECORD_HEAD);
        buffer.putInt(frame.size() + 1).putInt((int) crc.getValue()).put(kind);
        int at = 0;
        while (at < frame.size()) {
            room(1);
            int part = Math.min(buffer.remaining(), frame.size() - at);
            buffer.put(frame.array(), at, part);
            at += part;
        }
        frame.reset();
    }

    private void room(int bytes) throws IOException {
        if (buffer.remaining() < bytes) {
            flush();
        }
    }

    private void flush() throws IOException {
        buffer.flip();
        int length = buffer.remaining();
        file.write(written, buffer);
        written += length;
        buffer.clear();
    }

    /** Bytes appended, the header among them. */
    long size() {
        return written + buffer.position();
    }

    void force() throws IOException {
        flush();
        file.force(false);
    }

    /** Where the last complete transaction ends, once it is forced. */
    long complete() {
        return complete;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
