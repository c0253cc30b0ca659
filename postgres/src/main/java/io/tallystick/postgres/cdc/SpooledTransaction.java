package io.tallystick.postgres.cdc;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one transaction whose end is not known yet, in a file that goes away with it; the first ones in memory. Need not
 * survive anything: after a loss of the connection the server sends them again. For one thread.
 */
final class SpooledTransaction implements AutoCloseable {

    private static final int BUFFER = 256 * 1024;
    private static final int HEAD = 4;

    private final Path directory;
    /** Where the first message of each subtransaction stands. */
    private final Map<Integer, Long> firsts = new HashMap<>();

    private @Nullable FileChannel file;
    private ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    private long inFile;
    private long readAt;

    SpooledTransaction(Path directory) {
        this.directory = directory;
    }

    /**
     * Keeps a message.
     *
     * @param kind its first byte
     * @param rest what follows
     */
    void add(int subtransaction, byte kind, ByteBuffer rest) throws IOException {
        firsts.putIfAbsent(subtransaction, inFile + buffer.position());
        int length = 1 + rest.remaining();
        if (buffer.remaining() < HEAD + length) {
            flush();
            if (buffer.capacity() < HEAD + length) {
                buffer = ByteBuffer.allocate(HEAD + length);
            }
        }
        buffer.putInt(length).put(kind).put(rest);
    }

    /** Forgets a subtransaction and what was begun inside it: nothing else was sent after its first message. */
    void abort(int subtransaction) throws IOException {
        Long first = firsts.get(subtransaction);
        if (first == null) {
            return;
        }
        firsts.values().removeIf(at -> at >= first);
        if (first >= inFile) {
            buffer.position((int) (first - inFile));
        } else {
            opened().truncate(first).position(first);
            inFile = first;
            buffer.clear();
        }
    }

    /** Ends the writing and goes back to the beginning. */
    void rewind() throws IOException {
        if (file == null) {
            buffer.flip();
            return;
        }
        flush();
        buffer.limit(0);
    }

    /** The next message, valid until the next call; null at the end. */
    @Nullable
    ByteBuffer next() throws IOException {
        if (!has(HEAD)) {
            return null;
        }
        int length = buffer.getInt();
        if (!has(length)) {
            throw new EOFException("the spool ends inside a message");
        }
        ByteBuffer message = buffer.slice(buffer.position(), length);
        buffer.position(buffer.position() + length);
        return message;
    }

    @Override
    public void close() throws IOException {
        if (file != null) {
            file.close();
        }
    }

    private boolean has(int bytes) throws IOException {
        if (buffer.remaining() >= bytes) {
            return true;
        }
        if (file == null || readAt >= inFile) {
            return false;
        }
        if (buffer.capacity() < bytes) {
            ByteBuffer larger = ByteBuffer.allocate(bytes);
            larger.put(buffer).flip();
            buffer = larger;
        }
        buffer.compact();
        while (buffer.position() < bytes && readAt < inFile) {
            readAt += Math.max(0, file.read(buffer, readAt));
        }
        buffer.flip();
        return buffer.remaining() >= bytes;
    }

    private void flush() throws IOException {
        buffer.flip();
        while (buffer.hasRemaining()) {
            inFile += opened().write(buffer);
        }
        buffer.clear();
    }

    private FileChannel opened() throws IOException {
        FileChannel open = file;
        if (open == null) {
            Path path = Files.createTempFile(directory, "tally-", ".spool");
            open = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
            // nameless from the first byte on: then not even a killed process leaves it behind
            Files.delete(path);
            file = open;
        }
        return open;
    }
}
