package io.tallystick.xa.database;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A proxy that counts round trips as the network sees them, whatever the protocol: a request that comes after a reply begins a new one.
 */
final class RoundTrips implements AutoCloseable {

    private final ServerSocket listener;
    private final String host;
    private final int port;
    private final AtomicInteger count = new AtomicInteger();
    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();

    private enum Turn {
        CLIENT,
        SERVER
    }

    private RoundTrips(String host, int port) {
        this.host = host;
        this.port = port;
        try {
            this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    static RoundTrips to(String host, int port) {
        return new RoundTrips(host, port);
    }

    int port() {
        return listener.getLocalPort();
    }

    void reset() {
        count.set(0);
        requests.clear();
    }

    int count() {
        return count.get();
    }

    /** What was sent since the last {@link #reset}, one text for each piece, printable characters only. */
    List<String> requests() {
        return new ArrayList<>(requests);
    }

    private void accept() {
        try {
            while (!listener.isClosed()) {
                Socket client = listener.accept();
                Socket server = new Socket(host, port);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                AtomicReference<Turn> last = new AtomicReference<>(Turn.SERVER);
                start(() -> pump(client, server, Turn.CLIENT, last));
                start(() -> pump(server, client, Turn.SERVER, last));
            }
        } catch (IOException closed) {
            // the end of the test
        }
    }

    private void pump(Socket from, Socket to, Turn turn, AtomicReference<Turn> last) {
        byte[] buffer = new byte[65_536];
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                note(turn, last, buffer, n);
                out.write(buffer, 0, n);
                out.flush();
            }
        } catch (IOException closed) {
            // one side is gone, the other follows
        }
    }

    private void note(Turn turn, AtomicReference<Turn> last, byte[] buffer, int n) {
        boolean begins = last.getAndSet(turn) != turn && turn == Turn.CLIENT;
        if (begins) {
            count.incrementAndGet();
        }
        if (turn == Turn.CLIENT) {
            requests.add(new String(buffer, 0, n, java.nio.charset.StandardCharsets.ISO_8859_1)
                    .replaceAll("[^\\x20-\\x7e]+", " "));
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "round-trips");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
