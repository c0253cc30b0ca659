package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.Tx;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a person sees and does at one target of a pipeline, whether the pipeline runs or not; a running one notices within seconds.
 * Thread-safe.
 */
public final class PipelineDesk {

    private static final String OF_PIPELINE = " FROM tally_quarantine WHERE pipeline = ?";

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private final Jdbc jdbc;
    private final String pipeline;

    private PipelineDesk(Jdbc jdbc, String pipeline) {
        this.jdbc = jdbc;
        this.pipeline = pipeline;
    }

    /** @param target the target's name in the pipeline */
    public static PipelineDesk at(Jdbc jdbc, String pipeline, String target) {
        return new PipelineDesk(jdbc, pipeline + "/" + target);
    }

    /**
     * How the target stands.
     *
     * @param movedAt when the position was last written, by the target's clock
     * @param copying tables that are being copied, with the rows that are there already
     * @param paused tables that are left out while the others flow on
     */
    public record Standing(
            @Nullable Position position,
            Instant movedAt,
            long quarantined,
            Map<String, Long> copying,
            List<PausedTable> paused) {}

    /**
     * Who runs the pipeline and what was ordered, as this target knows it.
     *
     * @param runner who runs it, or ran it last; null when nobody ever did
     * @param alive whether that one's lease runs
     * @param gap why changes are lost to the log; null when they are not
     * @param live what the runner told of itself last; null when nobody runs it
     */
    public record Running(
            @Nullable String runner,
            @Nullable Instant since,
            boolean alive,
            PipelineOrders orders,
            @Nullable String gap,
            @Nullable PipelineLive live) {}

    /** Something that was ordered, or that a runner decided by itself. */
    public record Act(Instant at, String act, String who, String why, String detail) {}

    /**
     * A change that waits, or did.
     *
     * @param key as JSON: each column with the kind of its value and the value as text
     * @param position in the source's log
     */
    public record ParkedKey(long id, String table, String key, String operation, String position) {}

    /** A change that waits, and why. */
    public record Parked(long id, String table, String key, String operation, String error, Instant parkedAt) {}

    /** How many changes of one kind wait. */
    public record Waiting(String table, String operation, long changes) {}

    /**
     * What became of a change that waited.
     *
     * @param act replay or discard
     * @param outcome made, given up, or refused again, and why
     */
    public record Handled(String act, Order order, ParkedKey change, String outcome) {}

    /**
     * A change that met a row which somebody else had written.
     *
     * @param key of the row, as the quarantine has it
     * @param met what was found: the row was "there", was "gone", or was "changed"
     * @param winner "source", "target", or "park" for a person
     * @param position of the change in the source's log
     */
    public record Conflict(Instant at, String table, String key, String met, String winner, String position) {}

    /** Empty when the pipeline never reached this target. */
    public Optional<Standing> standing() {
        return jdbc.autocommit(tx -> tx.queryOne(
                "SELECT position, updated_at FROM tally_position WHERE pipeline = ?",
                row -> {
                    String position = row.text("position");
                    return new Standing(
                            position == null ? null : new Position(position),
                            row.instant("updated_at"),
                            count(tx),
                            copying(tx),
                            paused(tx));
                },
                pipeline));
    }

    /** Who runs it. */
    public Running running() {
        PipelineBoard.Entry entry = new PipelineBoard(jdbc, pipeline).read();
        String told = entry.leased() ? entry.told().text() : null;
        PipelineLive live = told == null ? null : MAPPER.readValue(told, PipelineLive.class);
        return new Running(entry.runner(), entry.runnerSince(), entry.leased(), entry.orders(), entry.gap(), live);
    }

    /** What was ordered, the latest first. */
    public List<Act> history(int most) {
        return jdbc.autocommit(tx -> tx.query(
                "SELECT at, act, who, why, detail FROM tally_pipeline_audit WHERE pipeline = ? ORDER BY id DESC "
                        + tx.dialect().limit(most),
                row -> new Act(
                        row.instant("at"),
                        row.string("act"),
                        row.string("who"),
                        row.string("why"),
                        row.string("detail")),
                pipeline));
    }

    private long count(Tx tx) {
        return tx.query(
                        "SELECT COUNT(*) AS n" + OF_PIPELINE + " AND " + Quarantine.IN_FORCE,
                        row -> row.longValue("n"),
                        pipeline)
                .get(0);
    }

    private Map<String, Long> copying(Tx tx) {
        Map<String, Long> copying = new LinkedHashMap<>();
        new LoadRows(tx, pipeline)
                .open()
                .forEach(state -> copying.put(state.table().toString(), state.doneRows()));
        return copying;
    }

    private List<PausedTable> paused(Tx tx) {
        return new PauseRows(tx, pipeline)
                .all().values().stream()
                        .filter(PauseRows.Pause::isLeftOut)
                        .map(PauseRows.Pause::told)
                        .toList();
    }

    /** The changes that wait, the oldest first. */
    public List<Parked> parked(int most) {
        return parked(ParkedFilter.ALL, most);
    }

    /** Those of the changes that wait that are meant, the oldest first. */
    public List<Parked> parked(ParkedFilter which, int most) {
        return jdbc.autocommit(tx -> tx.query(
                "SELECT id, table_name, row_key, operation, error, parked_at" + which.condition() + " ORDER BY id "
                        + tx.dialect().limit(most),
                row -> new Parked(
                        row.longValue("id"),
                        row.string("table_name"),
                        row.string("row_key"),
                        row.string("operation"),
                        row.string("error"),
                        row.instant("parked_at")),
                which.arguments(pipeline)));
    }

    /** The last conflicts, the newest first; at least the newest 1,000 are kept, and none where no route has a policy. */
    public List<Conflict> conflicts(int most) {
        return jdbc.autocommit(tx -> ConflictLog.read(tx, pipeline, most));
    }

    /** Orders these tables of the source to be copied anew while the pipeline runs; nothing is deleted. */
    public void resync(Set<TableName> tables) {
        jdbc.run(tx -> new LoadRows(tx, pipeline).order(tables));
    }

    /**
     * Orders tables, or parts of them, to be copied anew while the pipeline runs.
     *
     * @param sweeps whether rows that the source has no more are deleted, where that can be told
     * @throws RejectedException when a part is wanted of a table that is being copied
     */
    public void resync(Collection<KeySpan> spans, boolean sweeps, Order order) {
        jdbc.run(tx -> {
            LoadRows loads = new LoadRows(tx, pipeline);
            refuseParts(loads, spans);
            spans.forEach(span -> loads.order(span, sweeps));
            PipelineBoard.audit(
                    tx,
                    pipeline,
                    new PipelineBoard.Audit("resync", order, spans + (sweeps ? "" : ", rows are not deleted")));
        });
    }

    /**
     * Has a table that is left out taken up with the columns that its tables have now, as soon as they take rows.
     *
     * @throws RejectedException when it is not left out here
     */
    public void takeUp(TableName source, Order order) {
        jdbc.run(tx -> {
            if (!new PauseRows(tx, pipeline).wantAsItIs(source)) {
                throw new RejectedException(
                        source + " is not left out at " + pipeline + "; tally pipeline status shows" + " what is");
            }
            PipelineBoard.audit(tx, pipeline, new PipelineBoard.Audit("resume table", order, source.toString()));
        });
    }

    /**
     * Orders nothing, and says whether {@link #resync(Collection, boolean, Order)} would: to be asked at all targets before anything
     * is ordered at one.
     *
     * @throws RejectedException when a part is wanted of a table that is being copied
     */
    public void examineResync(Collection<KeySpan> spans) {
        jdbc.run(tx -> refuseParts(new LoadRows(tx, pipeline), spans));
    }

    private void refuseParts(LoadRows loads, Collection<KeySpan> spans) {
        Set<TableName> open = loads.open().stream().map(LoadState::table).collect(Collectors.toSet());
        for (KeySpan span : spans) {
            boolean part = span.after() != null || span.to() != null;
            if (part && open.contains(span.table())) {
                throw new RejectedException(span.table() + " is being copied at " + pipeline
                        + "; a part of it can be ordered when that is done (tally pipeline status), or the whole table"
                        + " now");
            }
        }
    }

    /** How many changes wait, by table and operation. */
    public List<Waiting> waiting(ParkedFilter which) {
        return jdbc.autocommit(tx -> tx.query(
                "SELECT table_name, operation, COUNT(*) AS n" + which.condition()
                        + " GROUP BY table_name, operation ORDER BY table_name, operation",
                row -> new Waiting(row.string("table_name"), row.string("operation"), row.longValue("n")),
                which.arguments(pipeline)));
    }

    /** What was made of changes that waited, and by whom, the latest first. */
    public List<Handled> handled(int most) {
        return jdbc.autocommit(tx -> ParkedAudit.read(tx, pipeline, most));
    }

    /** Gives up the changes of the row that this one belongs to, all of them; how many they were. */
    public int discard(long id, Order order) {
        return jdbc.inTransaction(tx -> new ParkedDiscard(tx, pipeline, order).one(id));
    }

    /** Gives up the changes of all rows of which at least one is meant, in one transaction; how many they were. */
    public int discardAll(ParkedFilter which, Order order) {
        return jdbc.inTransaction(tx -> new ParkedDiscard(tx, pipeline, order).all(which));
    }

    /**
     * Makes the changes of the row that this one belongs to, in their order, in one transaction, together with those of rows that were
     * refused with it at the end of one source transaction; how many they were.
     *
     * @throws TallystickException when one is refused again: all of them go on waiting
     */
    public int replay(long id, RowWriter writer, Order order) {
        return new ParkedReplay(jdbc, pipeline, writer, order).one(id);
    }

    /**
     * Makes all that are meant, those that hang together in one transaction, the oldest first; what is refused again goes on waiting and
     * keeps nothing else from being made.
     *
     * @param progress is told how many of those that are meant were tried; on the caller's thread
     */
    public Replayed replayAll(ParkedFilter which, RowWriter writer, Order order, IntConsumer progress) {
        return new ParkedReplay(jdbc, pipeline, writer, order).all(which, progress);
    }
}
