package io.tallystick.postgres.cdc;

import io.tallystick.jdbc.UnavailableException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Something to be closed that a thread of its own makes ahead, because making it takes time. Whoever asked for it either takes it, or
 * closes this; then it is closed as soon as it is there. For one thread besides.
 */
final class Ahead<C extends AutoCloseable> implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Ahead.class);

    private final CompletableFuture<C> made = new CompletableFuture<>();
    private boolean taken;

    /** Begins to make it. */
    Ahead(String thread, Supplier<C> maker) {
        Thread making = new Thread(() -> make(maker), thread);
        making.setDaemon(true);
        making.start();
    }

    private void make(Supplier<C> maker) {
        try {
            made.complete(maker.get());
        } catch (Throwable e) {
            // it is thrown where the thing is asked for
            made.completeExceptionally(e);
        }
    }

    /**
     * Waits until it is made; it stays in here.
     *
     * @throws RuntimeException as its making has failed
     */
    C get() {
        try {
            return made.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new UnavailableException("connecting has failed: " + e.getCause(), e);
        }
    }

    /** From now on it is for the caller to close. */
    C take() {
        C thing = get();
        taken = true;
        return thing;
    }

    @Override
    public void close() {
        if (!taken) {
            taken = true;
            var unused = made.whenComplete((thing, failure) -> close(thing));
        }
    }

    /** Closes what is of no use any more; null when there is nothing. */
    static void close(@Nullable AutoCloseable thing) {
        try {
            if (thing != null) {
                thing.close();
            }
        } catch (Exception e) {
            LOG.debug("closing a connection that nobody needed failed; the server ends it", e);
        }
    }
}
