package io.tallystick.cdc;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.RejectedException;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A database that changes are read from. Safe for all threads; holds no connection between calls, except those of its
 * streams and openings.
 */
public interface ChangeSource extends AutoCloseable {

    /** Which database this is, for messages: its URL without secrets. */
    String name();

    /** Which database it was when its log was opened last; unknown before, and where it cannot be told. */
    default DatabaseIdentity readFrom() {
        return DatabaseIdentity.UNKNOWN;
    }

    /**
     * Everything that stands in the way: server settings, missing rights, tables that do not exist or have no replica
     * identity, with the statement that mends each. Touches nothing.
     */
    List<Finding> examine(Set<TableName> tables);

    /**
     * The tables as they are now, from the catalog, in the shape in which the log would describe them.
     *
     * @throws io.tallystick.jdbc.RejectedException naming every table that does not exist
     */
    List<SourceTable> describe(Set<TableName> tables);

    /**
     * Makes sure that the log is kept from now on (a slot and a publication where the database has such), and says from where
     * it can be read. Does nothing when that was done before: then the position is the oldest that can still be read.
     *
     * @throws io.tallystick.jdbc.UnavailableException when it cannot be done in time, with the reason (a prepared transaction
     *     holds up a slot)
     */
    Position establish(Set<TableName> tables);

    /**
     * As {@link #establish}, but gives up what was kept before: the position is the end of the log now, or soon after.
     *
     * @throws io.tallystick.jdbc.UnavailableException when it cannot be done in time; then nothing may be kept any more, until it is
     *     asked for again
     */
    default Position establishAnew(Set<TableName> tables) {
        return establish(tables);
    }

    /**
     * Reads on after this position.
     *
     * @throws GapException when the log from there on no longer exists or belongs to another history: nothing may be skipped
     * @throws io.tallystick.jdbc.UnavailableException when the source cannot be reached
     */
    ChangeStream open(Set<TableName> tables, Position after);

    /** Begins to reach the log of these tables; to be closed by the caller, soon. */
    default LogOpening opening(Set<TableName> tables) {
        return LogOpening.of(this, tables);
    }

    /**
     * Whether everything up to {@code other} is contained in {@code position}.
     *
     * @throws GapException when the two belong to different histories
     */
    boolean covers(Position position, Position other);

    /**
     * Reads rows by key range while the log is being read; see {@link SnapshotReader}.
     *
     * @throws io.tallystick.jdbc.UnavailableException when the source cannot be reached
     */
    SnapshotReader snapshot();

    /**
     * How this source's column types are kept on disk.
     *
     * @throws RejectedException when it has no way to: then a pipeline of this source can have no spool
     */
    default ColumnTypes types() {
        throw new RejectedException("changes of " + name() + " cannot be kept on disk; leave 'spool' out of the file");
    }

    /**
     * How much of its log it keeps for this pipeline; empty when it does not tell.
     *
     * @throws io.tallystick.jdbc.UnavailableException when the source cannot be reached
     */
    default Optional<KeptLog> kept() {
        return Optional.empty();
    }

    /** Forgets what {@link #establish} made, so that the source keeps no log for this pipeline any longer. */
    void release();

    /**
     * Gives back what only one process may hold, for nothing is read now; it is taken again with the next reading. No stream and no
     * snapshot is open. Cheap when there is nothing.
     */
    default void rest() {}

    @Override
    void close();
}
