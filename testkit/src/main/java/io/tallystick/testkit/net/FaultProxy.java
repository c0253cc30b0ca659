package io.tallystick.testkit.net;

import io.tallystick.testkit.internal.Ports;
import io.tallystick.testkit.net.Conditions.Flow;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy whose faults are switched at run time. It listens on a free port of 127.0.0.1 that stays the same for its
 * life.
 *
 * <pre>{@code
 * try (FaultProxy proxy = FaultProxy.to(db.host(), db.port())) {
 *     String url = "jdbc:postgresql://127.0.0.1:" + proxy.port() + "/postgres";
 *     proxy.dropReplyTo("COMMIT");             // the database commits, the client never hears of it
 *     proxy.delay(Duration.ofMillis(50));      // each way
 *     proxy.cut();                             // connections close, new ones are refused
 *     proxy.heal();
 * }
 * }</pre>
 *
 * <p>Faults of one direction apply to all connections, present and future, until {@link #heal}. Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
    private static final int BACKLOG = 50;
    private static final long LONGEST_CLOSE_MILLIS = 30_000;

    private final Target target;
    private final int port;
    private final Map<Direction, Line> lines = new EnumMap<>(Direction.class);
    private final Traps traps = new Traps();
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private @Nullable ServerSocket listener;
    private @Nullable Thread acceptor;

    /** Where a server is; asked for each connection, so that it may be started later than the proxy, or move. */
    @FunctionalInterface
    public interface Target {
        /** @throws IOException when it is nowhere just now: the connection is closed */
        InetSocketAddress find() throws IOException;
    }

    private FaultProxy(Target target) {
        this.target = target;
        this.port = Ports.free();
        for (Direction direction : Direction.values()) {
            lines.put(direction, new Line());
        }
    }

    /** Starts a proxy to this address. */
    public static FaultProxy to(String host, int port) {
        InetSocketAddress address = new InetSocketAddress(host, port);
        return to(() -> address);
    }

    /** Starts a proxy to a server whose address is not known yet. */
    public static FaultProxy to(Target target) {
        FaultProxy proxy = new FaultProxy(target);
        proxy.listen();
        return proxy;
    }

    /** The port to connect to instead of the target's. */
    public int port() {
        return port;
    }

    /** How many connections are open. */
    public int connections() {
        return connections.size();
    }

    /** How many bytes have been handed on in this direction; those swallowed do not count. */
    public long deliveredBytes(Direction direction) {
        return line(direction).delivered();
    }

    /** How many bytes have vanished in this direction, by {@link #swallow}. */
    public long swallowedBytes(Direction direction) {
        return line(direction).swallowed();
    }

    /** Holds all bytes back for this long, each way. */
    public FaultProxy delay(Duration delay) {
        return delay(Direction.REQUESTS, delay).delay(Direction.REPLIES, delay);
    }

    /** Holds the bytes of one direction back for this long; order and bandwidth stay. */
    public FaultProxy delay(Direction direction, Duration delay) {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("delay: expected zero or more, found " + delay);
        }
        return change(direction, conditions -> conditions.withDelay(delay));
    }

    /** Lets at most this many bytes per second through in one direction, per connection; 0 lifts the limit. */
    public FaultProxy bandwidth(Direction direction, long bytesPerSecond) {
        if (bytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "bandwidth: expected zero or more bytes per second, found " + bytesPerSecond);
        }
        return change(direction, conditions -> conditions.withBytesPerSecond(bytesPerSecond));
    }

    /** Keeps the bytes of one direction waiting until {@link #heal}, which delivers them: a partition that TCP survives. */
    public FaultProxy stall(Direction direction) {
        return change(direction, conditions -> conditions.withFlow(Flow.STALL));
    }

    /**
     * Lets the bytes of one direction vanish, connections staying open: a half-open connection, as after a firewall forgot
     * it. {@link #heal} resets the connections that lost bytes, because their streams have holes.
     */
    public FaultProxy swallow(Direction direction) {
        return change(direction, conditions -> conditions.withFlow(Flow.SWALLOW));
    }

    /** Both directions of {@link #swallow}. */
    public FaultProxy halfOpen() {
        return swallow(Direction.REQUESTS).swallow(Direction.REPLIES);
    }

    /** Resets each connection once this many of its bytes have been handed on in one direction; exact to the byte. */
    public FaultProxy resetAfter(Direction direction, long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes: expected zero or more, found " + bytes);
        }
        return change(direction, conditions -> conditions.withResetAfterBytes(bytes));
    }

    /**
     * Once: lets the next request that contains this text through, throws the server's reply away and resets the
     * connection. The text is looked for in what arrives in one piece, as sent on the wire: the text of a statement that
     * was prepared earlier is not sent again. An empty text means any request.
     */
    public FaultProxy dropReplyTo(String text) {
        traps.replies().arm(text);
        return this;
    }

    /** How many replies {@link #dropReplyTo} has dropped. */
    public long droppedReplies() {
        return traps.replies().sprung();
    }

    /**
     * Once: keeps the next request that contains this text from the server, with all that follows on its connection, until {@link
     * #heal}. When its sender dies meanwhile it is never sent: so a process is killed at exactly this point. The text is looked for as
     * by {@link #dropReplyTo}.
     */
    public FaultProxy holdRequest(String text) {
        traps.requests().arm(text);
        return this;
    }

    /** How many requests {@link #holdRequest} has held, up to now. */
    public long heldRequests() {
        return traps.requests().sprung();
    }

    /** How many connections hold a request now: those that were neither healed nor lost their sender. */
    public long holding() {
        return connections.stream()
                .filter(connection -> connection.isHolding(Direction.REQUESTS))
                .count();
    }

    /** Closes every connection and refuses new ones until {@link #heal}. */
    public FaultProxy cut() {
        Thread accepting;
        synchronized (this) {
            accepting = acceptor;
            closeListener();
            closeAll(false);
        }
        awaitEndOf(accepting);
        return this;
    }

    /** The system goes on accepting until the thread that waits for clients has let go of the closed socket. */
    private static void awaitEndOf(@Nullable Thread accepting) {
        try {
            if (accepting != null && accepting != Thread.currentThread()) {
                accepting.join(LONGEST_CLOSE_MILLIS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Resets (RST) every present connection; new ones are welcome. */
    public FaultProxy reset() {
        closeAll(true);
        return this;
    }

    /** Ends all faults. */
    public synchronized FaultProxy heal() {
        traps.disarm();
        connections.forEach(Connection::release);
        // first, so that a pump that loses bytes at this very moment sees that it is the one to end its connection
        lines.values().forEach(line -> line.change(conditions -> Conditions.NORMAL));
        connections.stream().filter(Connection::hasLostBytes).toList().forEach(each -> each.close(true));
        if (listener == null) {
            listen();
        }
        return this;
    }

    private FaultProxy change(Direction direction, UnaryOperator<Conditions> change) {
        line(direction).change(change);
        return this;
    }

    private Line line(Direction direction) {
        return Objects.requireNonNull(lines.get(direction));
    }

    private synchronized void listen() {
        try {
            ServerSocket opened = new ServerSocket();
            opened.setReuseAddress(true);
            opened.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), BACKLOG);
            listener = opened;
            Thread thread = new Thread(() -> accept(opened), "fault-proxy-" + port + " accept");
            thread.setDaemon(true);
            thread.start();
            acceptor = thread;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot listen on port " + port + " for " + this, e);
        }
    }

    private void accept(ServerSocket socket) {
        while (!socket.isClosed()) {
            try {
                welcome(socket, socket.accept());
            } catch (IOException e) {
                // closed by cut() or close(), or a client that went away before it was accepted
            }
        }
    }

    /** A client accepted while the proxy was being cut is turned away like the others. */
    private synchronized void welcome(ServerSocket acceptedBy, Socket client) throws IOException {
        if (listener != acceptedBy) {
            client.close();
            return;
        }
        Connection connection = new Connection(client, traps, connections::remove);
        connections.add(connection);
        connection.open(target, line(Direction.REQUESTS), line(Direction.REPLIES));
    }

    private void closeAll(boolean reset) {
        List.copyOf(connections).forEach(connection -> connection.close(reset));
    }

    private void closeListener() {
        ServerSocket open = listener;
        listener = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the listener on port " + port, e);
        }
    }

    private String where() {
        try {
            return target.find().toString();
        } catch (IOException e) {
            return "nowhere just now";
        }
    }

    /** Closes everything. */
    @Override
    public void close() {
        cut();
    }

    @Override
    public String toString() {
        return "127.0.0.1:" + port + " -> " + where();
    }
}
