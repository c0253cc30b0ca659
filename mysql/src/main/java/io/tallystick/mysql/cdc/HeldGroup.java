package io.tallystick.mysql.cdc;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Events of a prepared transaction that wait for its end: in memory, and beyond 1 MiB in a file that lives as long as the stream. After
 * a restart they are read from the log again. For one thread.
 */
final class HeldGroup implements AutoCloseable {

    private static final int MEMORY = 1 << 20;

    private final Gtid gtid;
    private final ByteArrayOutputStream memory = new ByteArrayOutputStream(256);
    private @Nullable Path file;
    private @Nullable OutputStream overflow;

    HeldGroup(Gtid gtid) {
        this.gtid = gtid;
    }

    /** The transaction's name when it was prepared. */
    Gtid gtid() {
        return gtid;
    }

    void add(int type, LogBytes body) {
        try {
            DataOutputStream out = new DataOutputStream(sink(body.remaining()));
            out.writeByte(type);
            out.writeInt(body.remaining());
            out.write(body.bytes(), body.position(), body.remaining());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write a prepared transaction's changes to " + file, e);
        }
    }

    /** Hands over the events in their order. */
    void replay(Events events) throws InterruptedException {
        try {
            if (overflow != null) {
                overflow.flush();
            }
            replay(new DataInputStream(new java.io.ByteArrayInputStream(memory.toByteArray())), events);
            if (file != null) {
                try (DataInputStream in =
                        new DataInputStream(new BufferedInputStream(Files.newInputStream(file), 1 << 16))) {
                    replay(in, events);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read a prepared transaction's changes from " + file, e);
        }
    }

    private static void replay(DataInputStream in, Events events) throws IOException, InterruptedException {
        for (int type = in.read(); type >= 0; type = in.read()) {
            byte[] body = new byte[in.readInt()];
            in.readFully(body);
            events.accept(type, new LogBytes(body, 0, body.length));
        }
    }

    private OutputStream sink(int size) throws IOException {
        if (overflow == null && memory.size() + size <= MEMORY) {
            return memory;
        }
        if (overflow == null) {
            file = Files.createTempFile("tallystick-prepared-", ".events");
            overflow = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
        }
        return overflow;
    }

    @Override
    public void close() {
        try {
            if (overflow != null) {
                overflow.close();
            }
            if (file != null) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete " + file, e);
        }
    }

    /** Takes events. */
    interface Events {

        void accept(int type, LogBytes body) throws InterruptedException;
    }
}
