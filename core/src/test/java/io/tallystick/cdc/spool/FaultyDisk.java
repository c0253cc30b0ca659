package io.tallystick.cdc.spool;

import io.tallystick.disk.Disk;
import io.tallystick.disk.FileDisk;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.util.List;

/**
 * A disk on which the n-th change fails, half done, and all later ones until it is healed. What was written survives here without
 * being forced: the sweeps would wait for a busy disk thousands of times.
 */
final class FaultyDisk implements Disk {

    private final FileDisk real;
    private long left = Long.MAX_VALUE;
    private long changes;

    FaultyDisk(FileDisk real) {
        this.real = real;
    }

    void failAfter(long good) {
        left = good;
    }

    void heal() {
        left = Long.MAX_VALUE;
    }

    /** How many changes were asked for. */
    long changes() {
        return changes;
    }

    private boolean fails() {
        changes++;
        left--;
        return left < 0;
    }

    private void step() throws IOException {
        if (fails()) {
            throw full();
        }
    }

    private static IOException full() {
        return new IOException("No space left on device");
    }

    @Override
    public List<String> list() throws IOException {
        return real.list();
    }

    @Override
    public Handle open(String name) throws IOException {
        step();
        return new Faulty(real.open(name));
    }

    @Override
    public Handle read(String name) throws IOException {
        return real.read(name);
    }

    @Override
    public void replace(String name, byte[] content) throws IOException {
        step();
        Files.write(real.directory().resolve(name), content);
    }

    @Override
    public void rename(String from, String to) throws IOException {
        step();
        real.rename(from, to);
    }

    @Override
    public void forceNames() throws IOException {
        step();
    }

    @Override
    public void delete(String name) throws IOException {
        step();
        real.delete(name);
    }

    private final class Faulty implements Handle {

        private final Handle file;

        Faulty(Handle file) {
            this.file = file;
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public int read(long position, ByteBuffer into) throws IOException {
            return file.read(position, into);
        }

        @Override
        public void write(long position, ByteBuffer bytes) throws IOException {
            if (fails()) {
                bytes.limit(bytes.position() + bytes.remaining() / 2);
                file.write(position, bytes);
                throw full();
            }
            file.write(position, bytes);
        }

        @Override
        public void truncate(long size) throws IOException {
            step();
            file.truncate(size);
        }

        @Override
        public void force(boolean metadata) throws IOException {
            step();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
