package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.jdbc.SqlErrors;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes what a target has and the source has no more: rows in the key range of a chunk that the chunk does not have and the log has
 * not touched since. In the transaction that writes the chunk. For one thread and one session.
 */
final class Sweep {

    private static final Logger LOG = LoggerFactory.getLogger(Sweep.class);
    private static final int AT_ONCE = 10_000;

    private final TargetSession session;
    private final ReplicatedTarget target;
    private final Quarantine quarantine;
    private final String pipeline;

    Sweep(TargetSession session, ReplicatedTarget target, Quarantine quarantine, String pipeline) {
        this.session = session;
        this.target = target;
        this.quarantine = quarantine;
        this.pipeline = pipeline;
    }

    /**
     * Does nothing for tables whose rows do not belong to the source's table alone, and nothing outside of the part that was ordered
     * here: the chunk may have been read for more.
     */
    void after(LoadedChunk chunk, LoadState ordered) {
        SeenRows seen = chunk.seen();
        if (seen == null) {
            return;
        }
        for (Mirror mirror : target.mapping().mirrors(seen.table())) {
            try {
                Tally tally = withForeignKeys(new Range(mirror, chunk, ordered, seen));
                tell(mirror, chunk, tally);
            } catch (SQLException e) {
                throw SqlErrors.translate(
                        e,
                        target.dialect(),
                        false,
                        "deleting what the source has no more from "
                                + mirror.table().name() + " at target " + target.name());
            }
        }
    }

    /** Rows are copied without a look at foreign keys; deleted so they would leave orphans in tables that no route writes. */
    private Tally withForeignKeys(Range range) throws SQLException {
        if (session.constraints().checksForeignKeys()) {
            return range.sweep();
        }
        session.constraints().lookAtForeignKeys(true);
        Tally tally = range.sweep();
        session.constraints().lookAtForeignKeys(false);
        return tally;
    }

    private void tell(Mirror mirror, LoadedChunk chunk, Tally tally) {
        if (tally.deleted == 0 && tally.refused == 0) {
            return;
        }
        String range = chunk.after() == null && chunk.end() == null
                ? ""
                : ", keys after " + chunk.after() + " up to " + (chunk.end() == null ? "the end" : chunk.end());
        String text = tally.deleted + " rows of " + mirror.table().name() + " deleted that the source has no more"
                + range
                + (tally.refused == 0 ? "" : "; " + tally.refused + " stay, for the target refused: " + tally.error);
        PipelineBoard.audit(
                session.tx(),
                pipeline,
                new PipelineBoard.Audit(
                        "deleted", new PipelineOrders.Order("tallystick", "resync", java.time.Instant.EPOCH), text));
        LOG.info("target {}: {}", target.name(), text);
    }

    /** What became of rows that the source has no more. */
    private static final class Tally {
        private int deleted;
        private int refused;
        private @Nullable String error;
    }

    /** The rows of one table in the range of one chunk. */
    private final class Range {

        private final Mirror mirror;
        private final LoadedChunk chunk;
        private final SeenRows seen;
        private final KeyWindow window;
        /** For each key column of the source's table its place in a key of the window. */
        private final int[] placeOfKey;
        /** Whether a deletion may be refused only at the commit. */
        private final boolean late = session.constraints().checksLate();

        Range(Mirror mirror, LoadedChunk chunk, LoadState ordered, SeenRows seen) {
            this.mirror = mirror;
            this.chunk = chunk;
            this.seen = seen;
            this.window = new KeyWindow(
                    mirror,
                    chunk,
                    ordered,
                    seen,
                    TargetDialect.valueOf(target.dialect().name()));
            this.placeOfKey = Arrays.stream(seen.table().keyColumns())
                    .map(cell -> seen.order()
                            .indexOf(seen.table().columns().get(cell).name()))
                    .toArray();
        }

        Tally sweep() throws SQLException {
            Tally tally = new Tally();
            List<String> low = chunk.after();
            while (true) {
                List<List<String>> found = window.keys(session.connection(), low, AT_ONCE);
                List<List<String>> extra =
                        found.stream().filter(key -> !isSeen(key)).toList();
                delete(extra, tally);
                if (found.size() < AT_ONCE) {
                    return tally;
                }
                low = found.get(found.size() - 1);
            }
        }

        private boolean isSeen(List<String> key) {
            return seen.keys()
                    .contains(Arrays.stream(placeOfKey).mapToObj(key::get).toList());
        }

        private void delete(List<List<String>> keys, Tally tally) throws SQLException {
            List<TargetChange> changes = keys.stream()
                    .map(window::deletion)
                    .filter(change -> !quarantine.holds(session.tx(), change))
                    .toList();
            if (changes.isEmpty()) {
                return;
            }
            if (isDone(changes, tally)) {
                tally.deleted += changes.size();
                return;
            }
            for (TargetChange change : changes) {
                if (isDone(List.of(change), tally)) {
                    tally.deleted++;
                } else {
                    tally.refused++;
                }
            }
        }

        /** A foreign key may hold a row: it stays, and is told. */
        private boolean isDone(List<TargetChange> changes, Tally tally) throws SQLException {
            Savepoint before = session.savepoint();
            try {
                target.writer().write(session.connection(), mirror.table(), TargetChange.Verb.DELETE, changes);
                if (late) {
                    session.constraints().checkLate();
                }
                session.release(before);
                return true;
            } catch (SQLException e) {
                if (!SqlErrors.isDataRefused(e, target.dialect())) {
                    throw e;
                }
                session.rollbackTo(before);
                tally.error = e.getMessage();
                return false;
            }
        }
    }
}
