package io.tallystick.cdc;

import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one uninterrupted stretch of a source's log, as pieces, where it outlives the process. Writing, beginning and forgetting
 * belong to one thread; every {@link Reading} to one of its own.
 *
 * <p>All methods throw {@link io.tallystick.jdbc.UnavailableException} when the storage fails. What was durable before stays so, and
 * what was appended since is void: append it again.
 */
public interface PieceSpool extends AutoCloseable {

    /**
     * A stretch of whole transactions.
     *
     * @param after what this position contains is not in it
     * @param upTo what it leads to
     */
    record Range(Position after, Position upTo) {}

    SpoolSettings settings();

    /** What is durable here; null when the spool is empty and was not begun. Any thread may ask. */
    @Nullable
    Range range();

    /** Forgets everything; what is appended from now on follows this position. No reading may be open. */
    void begin(Position after);

    /**
     * Takes the next piece; not durable before {@link #force}.
     *
     * @return false when there is no room: nothing was taken. A transaction that has begun is taken to its end, also beyond the limit
     */
    boolean append(TransactionPiece piece);

    /** Makes durable what was appended. Cheap when that is nothing. */
    void force();

    /** Drops what is not durable when a transaction's end is missing: the log is read anew from there. No reading may be open. */
    void dropUnfinished();

    /** Drops the oldest parts, as long as everybody has what they contain. */
    void forget(Predicate<Position> everybodyHas);

    /** Drops everything. No reading may be open. */
    void clear();

    /** Looks at every byte; what is damaged, and what follows it, is dropped. No reading may be open. */
    void inspect();

    /** Reads on from a place whose beginning the reader has. */
    Reading read(Predicate<Position> has);

    /** Names of the targets for which something lies here, as it was last said; durable. */
    Set<String> targets();

    void targets(Set<String> names);

    /** What it takes on disk, in bytes. Any thread may ask. */
    long bytes();

    @Override
    void close();

    /** Reads what is durable, piece by piece. */
    interface Reading extends AutoCloseable {

        /** The first piece follows this position. */
        Position after();

        /**
         * The next piece; null when nothing more is durable at the moment.
         *
         * @throws io.tallystick.jdbc.CorruptionException when what was durable is damaged
         */
        @Nullable
        TransactionPiece next();

        /** Durable and not read yet, in bytes. */
        long behindBytes();

        @Override
        void close();
    }
}
