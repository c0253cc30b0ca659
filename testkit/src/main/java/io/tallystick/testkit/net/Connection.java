package io.tallystick.testkit.net;

import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** One proxied connection: two sockets, two pumps, four threads. */
final class Connection {
    private final Socket client;
    private final Socket server = new Socket();
    private final Traps traps;
    private final Consumer<Connection> onClose;
    private final List<Thread> threads = new ArrayList<>();
    private boolean closed;
    private boolean lostBytes;
    private boolean droppingReply;
    private boolean holdingRequest;
    private int ended;

    @FunctionalInterface
    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    Connection(Socket client, Traps traps, Consumer<Connection> onClose) {
        this.client = client;
        this.traps = traps;
        this.onClose = onClose;
    }

    void open(FaultProxy.Target target, Line requests, Line replies) {
        Pump up = new Pump(this, Direction.REQUESTS, requests, client, server);
        Pump down = new Pump(this, Direction.REPLIES, replies, server, client);
        begin("connect", () -> {
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            server.connect(target.find());
            begin("read requests", up::read);
            begin("write requests", up::write);
            begin("read replies", down::read);
            begin("write replies", down::write);
        });
    }

    private synchronized void begin(String name, Work work) {
        if (closed) {
            return;
        }
        Thread thread = new Thread(() -> perform(work), "fault-proxy-" + client.getLocalPort() + " " + name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    /** Any failure of a socket ends the whole connection, seen by the other side as a reset. */
    private void perform(Work work) {
        try {
            work.run();
        } catch (IOException e) {
            close(true);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Called for bytes on their arrival; false when they are the reply to drop, which closes the connection. */
    boolean mayPass(Direction direction, byte[] bytes) {
        synchronized (this) {
            if (direction == Direction.REQUESTS) {
                droppingReply |= traps.replies().catches(bytes);
                hold(bytes);
                return true;
            }
            if (!droppingReply) {
                return true;
            }
        }
        traps.replies().spring();
        close(true);
        return false;
    }

    private void hold(byte[] request) {
        if (traps.requests().catches(request)) {
            holdingRequest = true;
            traps.requests().spring();
        }
    }

    /** Whether bytes of this direction wait behind a held request. */
    synchronized boolean isHolding(Direction direction) {
        return holdingRequest && direction == Direction.REQUESTS;
    }

    synchronized void awaitRelease(Direction direction) throws InterruptedException {
        while (isHolding(direction)) {
            wait();
        }
    }

    synchronized void release() {
        holdingRequest = false;
        notifyAll();
    }

    synchronized void lostBytes() {
        lostBytes = true;
    }

    synchronized boolean hasLostBytes() {
        return lostBytes;
    }

    void ended() {
        synchronized (this) {
            ended++;
            if (ended < 2) {
                return;
            }
        }
        close(false);
    }

    /** Closes both sides, with RST instead of FIN when it is a reset. */
    void close(boolean reset) {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            close(client, reset);
            close(server, reset);
            threads.stream().filter(thread -> thread != Thread.currentThread()).forEach(Thread::interrupt);
        }
        onClose.accept(this);
    }

    private static void close(Socket socket, boolean reset) {
        try {
            if (reset) {
                socket.setSoLinger(true, 0);
            }
            socket.close();
        } catch (IOException e) {
            // it is gone, which was the point
        }
    }
}
