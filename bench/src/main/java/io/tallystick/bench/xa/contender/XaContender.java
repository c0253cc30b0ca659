package io.tallystick.bench.xa.contender;

/** A coordinator. Thread-safe: every client calls it from its own thread. */
public interface XaContender extends AutoCloseable {

    /** Carries the transfer out in both databases. Returns when it is committed in both, with no lock left. */
    void transfer(Transfer transfer) throws Exception;

    @Override
    void close() throws Exception;
}
