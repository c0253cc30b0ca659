package io.tallystick.xa.journal;

import io.tallystick.disk.Disk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/** A disk that is told to fail. */
final class FaultyDisk implements Disk {

    private final Disk real;
    private volatile boolean forceFails;
    private volatile boolean full;

    FaultyDisk(Disk real) {
        this.real = real;
    }

    /** Bytes arrive in the cache, and forcing them fails. */
    void failForce(boolean fails) {
        forceFails = fails;
    }

    /** No file can grow, and no new one can be made. */
    void fill(boolean isFull) {
        full = isFull;
    }

    @Override
    public List<String> list() throws IOException {
        return real.list();
    }

    @Override
    public Handle read(String name) throws IOException {
        return real.read(name);
    }

    @Override
    public Handle open(String name) throws IOException {
        if (full && !real.list().contains(name)) {
            throw new IOException("No space left on device");
        }
        Handle handle = real.open(name);
        return new Handle() {
            @Override
            public long size() throws IOException {
                return handle.size();
            }

            @Override
            public int read(long position, ByteBuffer into) throws IOException {
                return handle.read(position, into);
            }

            @Override
            public void truncate(long size) throws IOException {
                handle.truncate(size);
            }

            @Override
            public void write(long position, ByteBuffer bytes) throws IOException {
                if (full && position + bytes.remaining() > handle.size()) {
                    throw new IOException("No space left on device");
                }
                handle.write(position, bytes);
            }

            @Override
            public void force(boolean metadata) throws IOException {
                if (forceFails) {
                    throw new IOException("Input/output error");
                }
                handle.force(metadata);
            }

            @Override
            public void close() throws IOException {
                handle.close();
            }
        };
    }

    @Override
    public void rename(String from, String to) throws IOException {
        real.rename(from, to);
    }

    @Override
    public void forceNames() throws IOException {
        real.forceNames();
    }

    @Override
    public void delete(String name) throws IOException {
        real.delete(name);
    }
}
