package io.tallystick.cdc;

import io.tallystick.cdc.PipelineOrders.Order;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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
     */
    public record Standing(@Nullable Position position, Instant movedAt, long quarantined, Map<String, Long> copying) {}

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

    /** A change that waits. */
    public record Parked(long id, String table, String key, String operation, String error, Instant parkedAt) {}

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
                            copying(tx));
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

    /** The changes that wait, the oldest first. */
    public List<Parked> parked(int most) {
        return jdbc.autocommit(tx -> tx.query(
                "SELECT id, table_name, row_key, operation, error, parked_at" + OF_PIPELINE + " ORDER BY id "
                        + tx.dialect().limit(most),
                row -> new Parked(
                        row.longValue("id"),
                        row.string("table_name"),
                        row.string("row_key"),
                        row.string("operation"),
                        row.string("error"),
                        row.instant("parked_at")),
                pipeline));
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

    /** Gives up the changes of the row that this one belongs to, all of them; how many they were. */
    public int discard(long id) {
        return jdbc.inTransaction(tx -> {
            Key key = keyOf(tx, id);
            return tx.update("DELETE" + OF_PIPELINE + key.condition(), pipeline, key.table, key.row);
        });
    }

    /**
     * Makes the changes of the row that this one belongs to, in their order, in one transaction; how many they were.
     *
     * @throws TallystickException when one is refused again: all of them go on waiting
     */
    public int replay(long id, RowWriter writer) {
        return jdbc.inTransaction(tx -> {
            Key key = keyOf(tx, id);
            if (key.isVoid) {
                throw new RejectedException("change " + id + " came before the source emptied " + key.table
                        + ", and would bring back a row that is gone; read it, and discard it");
            }
            List<Image> images = chain(tx, key);
            for (Image image : images) {
                write(tx, TableName.parse(key.table), StoredChange.parse(image.text), writer);
                // one by one: a running pipeline may have set another change of this row aside meanwhile
                tx.update("DELETE" + OF_PIPELINE + " AND id = ?", pipeline, image.id);
            }
            return images.size();
        });
    }

    /** The changes that wait for this row, and for every row that had, or is to get, a key of theirs: in their order. */
    private List<Image> chain(Tx tx, Key key) {
        List<Image> all = tx.query(
                "SELECT id, row_key, operation, image" + OF_PIPELINE + " AND table_name = ? AND " + Quarantine.IN_FORCE
                        + " ORDER BY id " + tx.dialect().forUpdate(),
                row -> Image.of(
                        row.longValue("id"), row.string("row_key"), row.string("operation"), row.string("image")),
                pipeline,
                key.table);
        Set<String> keys = new HashSet<>(Set.of(key.row));
        int known;
        do {
            known = keys.size();
            all.stream().filter(image -> image.isOf(keys)).forEach(image -> keys.addAll(image.keys));
        } while (keys.size() > known);
        return all.stream().filter(image -> image.isOf(keys)).toList();
    }

    private Key keyOf(Tx tx, long id) {
        return tx.queryOne(
                        "SELECT table_name, row_key, operation" + OF_PIPELINE + " AND id = ?",
                        row -> new Key(
                                row.string("table_name"),
                                row.string("row_key"),
                                row.string("operation").startsWith(Quarantine.VOID)),
                        pipeline,
                        id)
                .orElseThrow(() -> new RejectedException("no change " + id + " waits at " + pipeline
                        + "; tally pipeline quarantine lists those that do"));
    }

    private static void write(Tx tx, TableName table, StoredChange stored, RowWriter writer) {
        if (stored.operation().startsWith("UNMAPPED")) {
            throw new RejectedException("the route could make nothing of this change (" + stored.operation() + " of "
                    + table + "); correct the route, discard the change, and copy the table anew");
        }
        if (stored.operation().equals(TargetChange.Verb.TRUNCATE.name())) {
            throw new RejectedException(
                    "emptying " + table + " now would take rows that came afterwards; empty it by hand,"
                            + " discard this change, and copy the table anew");
        }
        Map<String, StoredChange.Value> row = stored.row();
        List<String> columns = new ArrayList<>((row == null ? stored.key() : row).keySet());
        stored.key().keySet().stream()
                .filter(column -> !columns.contains(column))
                .forEach(columns::add);
        try {
            TargetTable target = TargetCatalog.of(tx.connection())
                    .read(List.of(new Wanted(table, columns)))
                    .get(0);
            TargetChange.Verb verb = TargetChange.Verb.valueOf(stored.operation());
            TargetChange change = new TargetChange(
                    target,
                    verb,
                    computed(table, columns, stored.key()),
                    row == null ? null : computed(table, columns, row));
            if (writer.write(tx.connection(), target, verb, List.of(change)) == 0 && verb == TargetChange.Verb.UPDATE) {
                throw new RejectedException("the row that is to be updated in " + table
                        + " is not there; copy the table anew, then discard this change");
            }
        } catch (SQLException e) {
            throw new RejectedException(
                    stored.operation() + " in " + table + " is refused again: " + e.getMessage(), e);
        }
    }

    /** A row of values alone; columns without one stay as they are. */
    private static TargetRow computed(TableName table, List<String> columns, Map<String, StoredChange.Value> values) {
        @Nullable Object[] cells = new Object[columns.size()];
        int[] from = new int[columns.size()];
        for (int cell = 0; cell < from.length; cell++) {
            StoredChange.Value value = values.get(columns.get(cell));
            from[cell] = TargetRow.COMPUTED;
            cells[cell] = value == null ? TargetRow.UNCHANGED : StoredChange.decode(value);
        }
        Row nothing = Row.over(new SourceTable(table, List.of()), new byte[0]).build();
        return new TargetRow(nothing, from, cells);
    }

    /**
     * A row that waits.
     *
     * @param isVoid whether what waits came before its table was emptied
     */
    private record Key(String table, String row, boolean isVoid) {
        String condition() {
            return " AND table_name = ? AND row_key = ? AND " + (isVoid ? "NOT " : "") + "(" + Quarantine.IN_FORCE
                    + ")";
        }
    }

    private record Image(long id, String text, Set<String> keys) {

        static Image of(long id, String key, String operation, String text) {
            Set<String> keys = new HashSet<>(Set.of(key));
            if (operation.equals(TargetChange.Verb.UPDATE.name())) {
                keys.add(StoredChange.parse(text).newKeyText());
            }
            return new Image(id, text, keys);
        }

        boolean isOf(Set<String> others) {
            return keys.stream().anyMatch(others::contains);
        }
    }
}
