package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange.Verb;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.SqlErrors;
import java.sql.SQLException;
import java.util.function.Predicate;

/** Writes runs in the open transaction of a target, tells refused data from all other errors, and counts rows that were not there. */
final class RunWriter {

    private final TargetSession session;
    private final ReplicatedTarget target;
    private final Predicate<TableName> isCopied;
    private long missing;

    RunWriter(TargetSession session, ReplicatedTarget target, Predicate<TableName> isCopied) {
        this.session = session;
        this.target = target;
        this.isCopied = isCopied;
    }

    /** How many updates and deletes found no row to change, since this session began. */
    long missing() {
        return missing;
    }

    /** What was written since this number was asked is rolled back. */
    void missing(long before) {
        missing = before;
    }

    void write(Run run) throws DataRefused {
        try {
            int rows = target.writer().write(session.connection(), run.table(), run.verb(), run.changes());
            count(run, rows);
        } catch (SQLException e) {
            throw refusedOrFailed(
                    e,
                    run.verb() + " of " + run.changes().size() + " rows in "
                            + run.table().name());
        }
    }

    DataRefused refusedOrFailed(SQLException e, String what) {
        RuntimeException translated =
                SqlErrors.translate(e, target.dialect(), false, what + " at target " + target.name());
        if (SqlErrors.isDataRefused(e, target.dialect())) {
            return new DataRefused(translated);
        }
        throw translated;
    }

    private void count(Run run, int rows) throws DataRefused {
        int wanted = run.changes().size();
        boolean update = run.verb() == Verb.UPDATE;
        if (rows >= wanted || !update && run.verb() != Verb.DELETE) {
            return;
        }
        boolean filtered = target.mapping().isFiltered(run.table());
        if (update && filtered && (rows >= 0 || wanted > 1) && !isCopied(run)) {
            throw new DataRefused(
                    new RejectedException("this update of " + run.table().name()
                            + " finds no row: the row came into the route's filter just now, and the log did not tell all of it."
                            + " Make the source's log repeat whole rows (PostgreSQL: REPLICA IDENTITY FULL; MariaDB, MySQL:"
                            + " binlog_row_image=FULL), discard this change, and copy the table anew"));
        }
        if (rows >= 0 && (update || !filtered)) {
            missing += wanted - rows;
        }
    }

    /** While the table is copied, a row that is not there yet comes with its chunk. */
    private boolean isCopied(Run run) {
        return isCopied.test(run.changes().get(0).written().source().table().name());
    }
}
