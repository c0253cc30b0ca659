package io.tallystick.testkit.net;

import io.tallystick.testkit.net.Conditions.Flow;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.util.Arrays;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Moves the bytes of one connection in one direction. Reading and writing are two threads with a queue between them, so
 * that a delay holds bytes back without narrowing the line.
 */
final class Pump {
    private static final int CHUNK_BYTES = 16 * 1024;
    private static final int QUEUED_CHUNKS = 64;

    private final Connection connection;
    private final Direction direction;
    private final Line line;
    private final Socket from;
    private final Socket to;
    private final BlockingQueue<Chunk> queue = new LinkedBlockingQueue<>(QUEUED_CHUNKS);
    private long passed;
    /** Whether bytes before those to come have vanished. For the thread that writes. */
    private boolean hole;

    /** Bytes and when they came; none at all means the end of the stream. */
    private record Chunk(byte[] bytes, long arrivedNanos) {}

    Pump(Connection connection, Direction direction, Line line, Socket from, Socket to) {
        this.connection = connection;
        this.direction = direction;
        this.line = line;
        this.from = from;
        this.to = to;
    }

    void read() throws IOException, InterruptedException {
        InputStream in = from.getInputStream();
        byte[] buffer = new byte[CHUNK_BYTES];
        while (true) {
            int count = in.read(buffer);
            byte[] bytes = Arrays.copyOf(buffer, Math.max(count, 0));
            if (count > 0 && !connection.mayPass(direction, bytes)) {
                return;
            }
            if (count < 0 && connection.isHolding(direction)) {
                // its sender is gone: what is held was never sent
                connection.close(true);
                return;
            }
            queue.put(new Chunk(bytes, System.nanoTime()));
            if (count < 0) {
                return;
            }
        }
    }

    void write() throws IOException, InterruptedException {
        OutputStream out = to.getOutputStream();
        while (true) {
            Chunk chunk = queue.take();
            connection.awaitRelease(direction);
            Conditions now = line.awaitPassage(chunk.arrivedNanos());
            boolean goesOn = now.flow() == Flow.SWALLOW ? swallow(chunk.bytes().length) : pass(chunk.bytes(), now, out);
            if (!goesOn) {
                return;
            }
        }
    }

    /** Nobody is told, not even that the other end has closed; but a line that was healed meanwhile is not left with a hole. */
    private boolean swallow(int bytes) {
        hole = true;
        connection.lostBytes();
        line.countSwallowed(bytes);
        return line.conditions().flow() == Flow.SWALLOW || end();
    }

    private boolean pass(byte[] bytes, Conditions now, OutputStream out) throws IOException, InterruptedException {
        if (hole) {
            return end();
        }
        if (bytes.length > 0) {
            return deliver(bytes, now, out);
        }
        to.shutdownOutput();
        connection.ended();
        return false;
    }

    private boolean end() {
        connection.close(true);
        return false;
    }

    private boolean deliver(byte[] bytes, Conditions now, OutputStream out) throws IOException, InterruptedException {
        long allowed = now.resetAfterBytes() < 0 ? Long.MAX_VALUE : now.resetAfterBytes() - passed;
        int whole = (int) Math.min(bytes.length, Math.max(allowed, 0));
        int step = now.bytesPerSecond() == 0
                ? CHUNK_BYTES
                : (int) Math.max(1, Math.min(CHUNK_BYTES, now.bytesPerSecond() / 50));
        for (int at = 0; at < whole; at += step) {
            int count = Math.min(step, whole - at);
            out.write(bytes, at, count);
            passed += count;
            line.countDelivered(count);
            line.pace(count);
        }
        if (whole < bytes.length) {
            return end();
        }
        return true;
    }
}
