package io.tallystick.postgres.cdc;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/** What is said to the walsender (protocol: docs "Streaming Replication Protocol"). Thread-safe. */
final class WalWriter {

    private static final int STATUS_BYTES = 34;

    private final OutputStream out;

    WalWriter(Socket socket) throws IOException {
        this.out = socket.getOutputStream();
    }

    synchronized void query(String sql) throws IOException {
        byte[] text = sql.getBytes(StandardCharsets.UTF_8);
        ByteBuffer message = ByteBuffer.allocate(text.length + 6);
        message.put((byte) 'Q').putInt(text.length + 5).put(text).put((byte) 0);
        send(message);
    }

    /**
     * Standby status update.
     *
     * @param received up to where everything arrived here
     * @param durable up to where the server may forget
     * @param answer whether the server shall answer at once
     */
    synchronized void status(long received, long durable, boolean answer) throws IOException {
        ByteBuffer message = ByteBuffer.allocate(STATUS_BYTES + 5);
        message.put((byte) 'd').putInt(STATUS_BYTES + 4).put((byte) 'r');
        message.putLong(received).putLong(durable).putLong(durable).putLong(PgTime.micros(Instant.now()));
        message.put((byte) (answer ? 1 : 0));
        send(message);
    }

    /** Says that we stop reading. */
    synchronized void end() throws IOException {
        send(ByteBuffer.allocate(5).put((byte) 'c').putInt(4));
    }

    private void send(ByteBuffer message) throws IOException {
        out.write(message.array(), 0, message.position());
        out.flush();
    }
}
