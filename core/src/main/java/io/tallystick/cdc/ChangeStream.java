package io.tallystick.cdc;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * An open reading of a source's log. {@link #poll} belongs to one thread; {@link #acknowledge} and {@link #lagBytes} may
 * be called by any other. The stream keeps its connection alive by itself, also while nobody polls.
 */
public interface ChangeStream extends AutoCloseable {

    /**
     * The next piece, or null when none came in this time. Never blocks much longer than asked.
     *
     * @throws io.tallystick.jdbc.UnavailableException when the connection is lost: open again after the last durable position
     * @throws GapException when the log went away under the reader
     */
    @Nullable
    TransactionPiece poll(Duration longest);

    /**
     * Whether the next piece is at hand, as far as that is known without looking: whoever polls has time for other things when it is
     * not. For the thread that polls.
     */
    default boolean isFlowing() {
        return false;
    }

    /**
     * Says whether somebody waits to hear how far the log was read, because rows that were copied go behind that place. Then it is told
     * also where the log holds nothing for this pipeline, and at once rather than now and then. For the thread that polls.
     */
    default void awaited(boolean somebodyWaits) {}

    /**
     * Says that everything up to here is durable elsewhere, so that the source may forget it. Never to be called with more
     * than that. Returns at once.
     */
    void acknowledge(Position durable);

    /** Bytes of log that the source has written and this stream has not delivered yet; −1 when unknown. */
    long lagBytes();

    @Override
    void close();
}
