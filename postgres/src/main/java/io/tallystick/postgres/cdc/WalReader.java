package io.tallystick.postgres.cdc;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/**
 * Cuts the walsender's bytes into messages, out of one large buffer. The walsender sends every change by a system call of its own, and as
 * long as its socket has room each of them becomes a packet, which costs it more than the decoding. So while data flows, the reader
 * waits a moment after a small read: the walsender's changes gather in its socket and go out together. For one thread.
 */
final class WalReader {

    private static final int BUFFER = 256 * 1024;
    private static final int HEAD = 5;
    private static final int SMALL_READ = 16 * 1024;
    private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    /** Three megabytes a second, about 20,000 small changes; below, waiting would only cost latency. */
    private static final double FLOWING_BYTES_PER_MILLI = 3_000;
    /** How many reads an average spans. */
    private static final int READS = 16;

    private final Socket socket;
    private final InputStream in;
    /** Over TLS a read gives one record, of which the walsender makes one for each change: small says nothing there. */
    private final boolean gathers;

    private byte[] bytes = new byte[BUFFER];
    /** The same bytes, for reading numbers anywhere in them. */
    private ByteBuffer all = ByteBuffer.wrap(bytes);
    /** The same bytes, limited to the message handed out. */
    private ByteBuffer message = ByteBuffer.wrap(bytes);

    private int at;
    private int limit;
    private int lastRead = BUFFER;
    private volatile long lastReadNanos = System.nanoTime();
    /** Averages over about the last sixteen reads. Bytes and time apart: three quick messages of one transaction are no flow. */
    private double bytesPerRead;

    private double millisPerRead = 1;
    private int timeoutMillis = -1;

    WalReader(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.gathers = !(socket instanceof SSLSocket);
    }

    /** Waits for the server's word that it begins. */
    void awaitStart(long deadlineNanos) throws IOException, SQLException {
        while (true) {
            awaitMessage(deadlineNanos);
            byte type = bytes[at];
            if (type == 'E') {
                throw error();
            }
            at += 1 + length();
            if (type == 'W') {
                return;
            }
        }
    }

    /**
     * Goes on to the next message of the log.
     *
     * @return its bytes, valid until the next call; null when none came before the deadline
     * @throws SQLException when the server ends the stream with an error
     */
    @Nullable
    ByteBuffer next(long deadlineNanos) throws IOException, SQLException {
        while (true) {
            while (!isWhole()) {
                if (!fill(deadlineNanos)) {
                    return null;
                }
            }
            byte type = bytes[at];
            int start = at + HEAD;
            if (type == 'E') {
                throw error();
            }
            at += 1 + length();
            if (type == 'd') {
                return message.limit(at).position(start);
            }
            if (type == 'c' || type == 'C' || type == 'Z') {
                throw new EOFException("the server ended the reading of its log");
            }
            // a notice or a changed setting
        }
    }

    /** When the server was last heard, by {@link System#nanoTime()}. Safe for all threads. */
    long lastReadNanos() {
        return lastReadNanos;
    }

    /** Reads and forgets everything up to the end of the stream that was asked for. */
    void drain(long deadlineNanos) throws IOException, SQLException {
        while (true) {
            awaitMessage(deadlineNanos);
            byte type = bytes[at];
            at += 1 + length();
            if (type == 'c' || type == 'E') {
                return;
            }
        }
    }

    private void awaitMessage(long deadlineNanos) throws IOException {
        while (!isWhole()) {
            if (!fill(deadlineNanos)) {
                throw new SocketTimeoutException("the server did not answer in time");
            }
        }
    }

    /** Whether the next message is here already. */
    boolean isWhole() {
        int have = limit - at;
        return have >= HEAD && have >= 1 + length();
    }

    private int length() {
        return all.getInt(at + 1);
    }

    private boolean fill(long deadlineNanos) throws IOException {
        makeRoom();
        if (gathers && lastRead < SMALL_READ && bytesPerRead > FLOWING_BYTES_PER_MILLI * millisPerRead) {
            LockSupport.parkNanos(MOMENT_NANOS);
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        timeout((int) Math.max(1, Math.min(left, 60_000)));
        int read;
        try {
            read = in.read(bytes, limit, bytes.length - limit);
        } catch (SocketTimeoutException e) {
            bytesPerRead = 0;
            return false;
        }
        if (read < 0) {
            throw new EOFException("the server closed the connection");
        }
        limit += read;
        measure(read);
        if (limit == bytes.length) {
            lastRead = BUFFER; // cut short by the buffer's end, it says nothing about what the server has
        }
        return true;
    }

    private void measure(int read) {
        long now = System.nanoTime();
        bytesPerRead += (read - bytesPerRead) / READS;
        millisPerRead += ((now - lastReadNanos) / 1e6 - millisPerRead) / READS;
        lastReadNanos = now;
        lastRead = read;
    }

    /** At least the message that has begun must fit. */
    private void makeRoom() {
        int have = limit - at;
        int need = have < HEAD ? HEAD : 1 + length();
        if (need > bytes.length || (have == 0 && bytes.length > BUFFER)) {
            byte[] other = new byte[Math.max(need, BUFFER)];
            System.arraycopy(bytes, at, other, 0, have);
            use(other);
        } else if (at > 0 && (have == 0 || at + need > bytes.length || limit == bytes.length)) {
            System.arraycopy(bytes, at, bytes, 0, have);
        } else {
            return;
        }
        at = 0;
        limit = have;
    }

    private void use(byte[] other) {
        bytes = other;
        all = ByteBuffer.wrap(other);
        message = ByteBuffer.wrap(other);
    }

    private void timeout(int millis) throws IOException {
        if (millis != timeoutMillis) {
            socket.setSoTimeout(millis);
            timeoutMillis = millis;
        }
    }

    private PSQLException error() {
        byte[] fields = Arrays.copyOfRange(bytes, at + HEAD, at + 1 + length());
        at += 1 + length();
        return new PSQLException(new ServerErrorMessage(new String(fields, StandardCharsets.UTF_8)));
    }
}
