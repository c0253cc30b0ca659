package io.tallystick.postgres.cdc;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
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

/** Cuts the walsender's bytes into messages, out of one large buffer, and lets them gather while many come. For one thread. */
final class WalReader {

    private static final int BUFFER = 256 * 1024;
    private static final int HEAD = 5;
    /**
     * On the way within one machine the walsender itself carries each packet up to our socket. With little room there most of what it
     * sends stays in its own and goes out in large packets; between two machines it would limit the pace.
     */
    private static final int LITTLE_ROOM = 64 * 1024;

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
    private volatile long lastReadNanos = System.nanoTime();
    private final Gathering gathering = new Gathering(lastReadNanos);
    private int timeoutMillis = -1;

    WalReader(Socket socket) throws IOException {
        this.socket = socket;
        this.in = socket.getInputStream();
        this.gathers = !(socket instanceof SSLSocket);
        if (gathers && isWithinThisMachine(socket)) {
            socket.setReceiveBufferSize(LITTLE_ROOM);
        }
    }

    /** Also over an address of the machine's own that is not 127.0.0.1. */
    private static boolean isWithinThisMachine(Socket socket) {
        InetAddress server = socket.getInetAddress();
        return server != null && (server.isLoopbackAddress() || server.equals(socket.getLocalAddress()));
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
        long moment = gathers ? gathering.momentNanos() : 0;
        if (moment > 0) {
            LockSupport.parkNanos(moment);
        }
        long left = TimeUnit.NANOSECONDS.toMillis(deadlineNanos - System.nanoTime());
        timeout((int) Math.max(1, Math.min(left, 60_000)));
        int read;
        try {
            read = in.read(bytes, limit, bytes.length - limit);
        } catch (SocketTimeoutException e) {
            gathering.silence();
            return false;
        }
        if (read < 0) {
            throw new EOFException("the server closed the connection");
        }
        limit += read;
        long now = System.nanoTime();
        lastReadNanos = now;
        gathering.read(read, limit == bytes.length, now);
        return true;
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
