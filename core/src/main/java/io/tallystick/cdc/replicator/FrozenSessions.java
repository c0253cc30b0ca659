package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TargetDialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what a runner before has left standing in the middle of a transaction: it is frozen, or its host is cut off, and its server waits
 * for the rest of a COPY as long as TCP does. Only sessions of the same pipeline, position, user and database; only while nobody else's
 * lease runs there; and only before the claim that raises the epoch, so that none of them is newer than what is claimed. A session that
 * is ended so loses nothing: what it had not committed is read again. Needs no right that the pipeline's user does not have.
 */
final class FrozenSessions {

    private static final Logger LOG = LoggerFactory.getLogger(FrozenSessions.class);

    /** Whether somebody else runs the pipeline, by the clock of the target: each database has its own word for now, which goes behind it. */
    private static final String OTHERS_LEASE =
            "SELECT 1 FROM tally_pipeline l WHERE l.pipeline = ? AND l.runner <> ? AND l.lease_until > ";

    /** Ends what is found in the same statement: a session that is listed now could be another one's a moment later. Ends as the other does. */
    private static final String OF_POSTGRES = """
            SELECT a.pid AS id, pg_terminate_backend(a.pid) AS ended
              FROM pg_stat_activity a JOIN tally_position p ON p.pipeline = ?
             WHERE a.datname = current_database() AND a.usename = current_user AND a.pid <> pg_backend_pid()
               AND a.xact_start IS NOT NULL
               AND a.application_name ~ ('^' || ? || '[0-9]{1,18}$')
               AND CASE WHEN a.application_name ~ '/[0-9]{1,18}$'
                        THEN substring(a.application_name FROM '[0-9]+$')::int8 <= p.epoch ELSE false END
               AND NOT EXISTS (""" + OTHERS_LEASE;

    /** How many claims back a session is looked for: each of them has ended what it found. */
    private static final int CLAIMS = 8;

    private final String pipeline;
    private final String runner;

    /**
     * @param pipeline with the target's name, as its position is named
     * @param runner who is about to claim it
     */
    FrozenSessions(String pipeline, String runner) {
        this.pipeline = pipeline;
        this.runner = runner;
    }

    /** Ends them at this target; how many. What cannot be ended now is in the way of the claim, and is tried again with the next one. */
    int end(Jdbc target) {
        try {
            int ended = target.autocommit(this::end);
            if (ended > 0) {
                LOG.warn(
                        "pipeline {}: {} sessions of the runner before were in a transaction and are ended",
                        pipeline,
                        ended);
            }
            return ended;
        } catch (TallystickException e) {
            LOG.debug("pipeline {}: nobody looks now for sessions of the runner before", pipeline, e);
            return 0;
        }
    }

    private int end(Tx tx) {
        TargetDialect dialect = dialect(tx);
        return switch (dialect) {
            case POSTGRESQL ->
                tx.query(
                                OF_POSTGRES + tx.dialect().now() + ")",
                                row -> row.bool("ended"),
                                pipeline,
                                SessionTag.prefix(tx, dialect, pipeline),
                                pipeline,
                                runner)
                        .size();
            case MARIADB, MYSQL ->
                holders(tx, dialect).stream()
                        .mapToInt(id -> tx.update("KILL CONNECTION " + id) >= 0 ? 1 : 0)
                        .sum();
            case H2, STANDARD -> 0;
        };
    }

    /** Connections that hold a tag of the epochs up to the one that stands there. */
    private List<Long> holders(Tx tx, TargetDialect dialect) {
        List<Long> epochs = tx.query(
                "SELECT epoch FROM tally_position p WHERE p.pipeline = ? AND NOT EXISTS (" + OTHERS_LEASE
                        + tx.dialect().now() + ")",
                row -> row.longValue("epoch"),
                pipeline,
                pipeline,
                runner);
        if (epochs.isEmpty()) {
            return List.of();
        }
        String prefix = SessionTag.prefix(tx, dialect, pipeline);
        Object[] tags = LongStream.range(0, CLAIMS)
                .mapToObj(back -> prefix + (epochs.get(0) - back))
                .toArray();
        String each = String.join(" UNION ALL ", Collections.nCopies(CLAIMS, "SELECT IS_USED_LOCK(?) AS id"));
        return tx.query(
                "SELECT id FROM (" + each + ") AS held WHERE id IS NOT NULL AND id <> CONNECTION_ID()",
                row -> row.longValue("id"),
                tags);
    }

    private static TargetDialect dialect(Tx tx) {
        try {
            return TargetDialect.of(tx.connection());
        } catch (SQLException e) {
            throw new IllegalStateException("a driver that does not know its server", e);
        }
    }
}
