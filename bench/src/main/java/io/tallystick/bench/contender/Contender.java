package io.tallystick.bench.contender;

/** An engine that runs on one database. Thread-safe: every client calls it from its own thread. */
public interface Contender extends AutoCloseable {

    /**
     * Starts saga number {@code saga} under an idempotency key and waits, by the engine's own means, until it has ended and its
     * end is durable.
     *
     * @return true when it completed, false when it was compensated
     */
    boolean run(long saga) throws Exception;

    @Override
    void close() throws Exception;
}
