package io.tallystick.testkit.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Free ports of the loopback interface. A port is given once: while a server is down, nobody else who asks here sits down on its port,
 * in this JVM or in another one of the same user. For that a JVM takes ports in blocks, each of which it holds by a lock on one byte of a
 * file; the system lets go of it when the JVM ends. Thread-safe.
 */
public final class Ports {
    /** Below the range that Linux gives to outgoing connections, so that nobody sits on the port at a restart. */
    private static final int LOWEST = 10_240;

    private static final int BLOCK = 64;
    private static final int BLOCKS = 340;

    /** A JVM has the ports that it has, so there is one of these in it. */
    private static final Ports OF_THIS_JVM = new Ports();

    private final List<FileLock> blocks = new ArrayList<>();
    private @Nullable FileChannel file;
    private int next;
    private int end;

    private Ports() {}

    /** A port that nobody listens on at this moment and that nobody was given before. */
    public static int free() {
        return OF_THIS_JVM.one();
    }

    private synchronized int one() {
        while (true) {
            if (next == end) {
                takeBlock();
            }
            int port = next++;
            if (isFree(port)) {
                return port;
            }
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return probe.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private void takeBlock() {
        int begin = ThreadLocalRandom.current().nextInt(BLOCKS);
        for (int i = 0; i < BLOCKS; i++) {
            int block = (begin + i) % BLOCKS;
            FileLock lock = lock(block);
            if (lock != null) {
                blocks.add(lock);
                next = LOWEST + block * BLOCK;
                end = next + BLOCK;
                return;
            }
        }
        throw new IllegalStateException("no free port found: all " + BLOCKS + " blocks of " + BLOCK + " ports from "
                + LOWEST + " on are taken, " + blocks.size() + " of them by this JVM. End JVMs that are left over.");
    }

    /** Null when it is somebody else's, or this JVM's already. */
    private @Nullable FileLock lock(int block) {
        try {
            if (file == null) {
                Path path = Path.of(
                        System.getProperty("java.io.tmpdir"), "tallystick-ports-" + System.getProperty("user.name"));
                // never closed: closing any channel of a file drops the locks that its process holds on it
                file = FileChannel.open(
                        path, StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            }
            return file.tryLock(block, 1, false);
        } catch (OverlappingFileLockException e) {
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot reserve ports in the temporary directory: " + e.getMessage(), e);
        }
    }
}
