package io.tallystick.bench.cdc.contender;

/** Carries, or only reads, the changes of one {@link Line}. Everything is called by one thread, each method once. */
public interface Replication extends AutoCloseable {

    /** Makes sure that it will get whatever is committed from now on. */
    void prepare() throws Exception;

    /** Begins to carry. Returns at once. */
    void start() throws Exception;

    /** How many changes were read; asked only of one that has no target. May be called at any time. */
    default long counted() {
        throw new UnsupportedOperationException(this + " does not count; look at the target");
    }

    /** Throws when it has given up, so that nobody waits for it. May be called at any time. */
    default void check() {
        // most never give up
    }

    /** Ends it and forgets what was made for it. */
    @Override
    void close() throws Exception;
}
