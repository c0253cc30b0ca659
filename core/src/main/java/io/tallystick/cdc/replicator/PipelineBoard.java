package io.tallystick.cdc.replicator;

import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** The row of a pipeline in {@code tally_pipeline} of one target: the lease of its runner, and orders. Thread-safe. */
final class PipelineBoard {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final String WHERE = " WHERE pipeline = ?";

    private final Jdbc jdbc;
    private final String pipeline;

    /** @param pipeline with the target's name, as its position is named */
    PipelineBoard(Jdbc jdbc, String pipeline) {
        this.jdbc = jdbc;
        this.pipeline = pipeline;
    }

    /**
     * What stands there.
     *
     * @param runner who runs the pipeline, or ran it last
     * @param leased whether its lease runs, by the clock of the target
     * @param told what it told of itself at the last renewal, as JSON
     * @param gap why changes are lost to the log; null when they are not
     * @param resyncsDone how many whole resyncs this target has begun
     */
    record Entry(
            PipelineOrders orders,
            @Nullable String runner,
            @Nullable Instant runnerSince,
            boolean leased,
            Told told,
            @Nullable String gap,
            long resyncsDone) {

        static final Entry NOTHING = new Entry(PipelineOrders.NONE, null, null, false, Told.NOTHING, null, 0);

        boolean isHeldBy(String who) {
            return leased && who.equals(runner);
        }

        boolean isHeldByOtherThan(String who) {
            return leased && !who.equals(runner);
        }
    }

    /** What a runner told of itself, and when. */
    record Told(@Nullable String text, @Nullable Instant at) {
        static final Told NOTHING = new Told(null, null);
    }

    Entry read() {
        return jdbc.autocommit(this::read).orElse(Entry.NOTHING);
    }

    private Optional<Entry> read(Tx tx) {
        return tx.queryOne(
                "SELECT runner, runner_since, told, told_at, gap, order_no, paused, resync_no, resync, resync_done,"
                        + " CASE WHEN lease_until > " + tx.dialect().now() + " THEN 1 ELSE 0 END AS leased"
                        + " FROM tally_pipeline" + WHERE,
                row -> new Entry(
                        new PipelineOrders(
                                row.longValue("order_no"),
                                order(row.text("paused")),
                                row.longValue("resync_no"),
                                order(row.text("resync"))),
                        row.text("runner"),
                        row.instantOrNull("runner_since"),
                        row.intValue("leased") == 1,
                        new Told(row.text("told"), row.instantOrNull("told_at")),
                        row.text("gap"),
                        row.longValue("resync_done")),
                pipeline);
    }

    /** Takes the lease, or prolongs it, unless somebody else's runs; then nothing changes. */
    Entry hold(String runner, Duration lease, String told) {
        return jdbc.inTransaction(tx -> {
            if (!renewed(tx, runner, lease, told)) {
                writeFirst(tx, pipeline);
                renewed(tx, runner, lease, told);
            }
            return read(tx).orElse(Entry.NOTHING);
        });
    }

    /** Makes sure that the pipeline has its row, with which nobody has done anything yet. */
    static void writeFirst(Tx tx, String pipeline) {
        tx.insertFirst(
                "tally_pipeline",
                List.of("pipeline", "lease_epoch", "order_no", "resync_no", "resync_done"),
                pipeline,
                0L,
                0L,
                0L,
                0L);
    }

    private boolean renewed(Tx tx, String runner, Duration lease, String told) {
        String now = tx.dialect().now();
        // InnoDB assigns from left to right: what compares the old runner comes first
        int rows = tx.update(
                "UPDATE tally_pipeline SET"
                        + " runner_since = CASE WHEN runner = ? THEN runner_since ELSE " + now + " END,"
                        + " lease_epoch = CASE WHEN runner = ? THEN lease_epoch ELSE lease_epoch + 1 END,"
                        + " runner = ?, told = ?, told_at = " + now + ", lease_until = "
                        + tx.dialect().nowPlusMicros()
                        + WHERE + " AND (runner = ? OR lease_until IS NULL OR lease_until < " + now + ")",
                runner,
                runner,
                runner,
                told,
                lease.toNanos() / 1_000,
                pipeline,
                runner);
        return rows == 1;
    }

    /** Ends the lease, so that another runner need not wait for its end. */
    void leave(String runner) {
        jdbc.run(tx -> tx.update(
                "UPDATE tally_pipeline SET lease_until = " + tx.dialect().now() + WHERE + " AND runner = ?",
                pipeline,
                runner));
    }

    /**
     * Stores orders that are newer than those that stand here, with the audit of the one that is new.
     *
     * @return false when others came first: nothing was changed
     */
    boolean order(PipelineOrders orders, @Nullable Audit audit) {
        return jdbc.inTransaction(tx -> {
            writeFirst(tx, pipeline);
            int rows = tx.update(
                    "UPDATE tally_pipeline SET order_no = ?, paused = ?, resync_no = ?, resync = ?" + WHERE
                            + " AND order_no < ?",
                    orders.number(),
                    text(orders.paused()),
                    orders.resyncs(),
                    text(orders.resync()),
                    pipeline,
                    orders.number());
            if (rows == 1 && audit != null) {
                audit(tx, pipeline, audit);
            }
            return rows == 1;
        });
    }

    /** An order, or what a runner decided by itself. */
    record Audit(String act, Order order, String detail) {}

    static void audit(Tx tx, String pipeline, Audit audit) {
        tx.update(
                "INSERT INTO tally_pipeline_audit (pipeline, at, act, who, why, detail) VALUES (?, "
                        + tx.dialect().now() + ", ?, ?, ?, ?)",
                pipeline,
                audit.act(),
                audit.order().who(),
                audit.order().why(),
                audit.detail());
    }

    /** Notes why the pipeline stands still, for whoever looks; null once it goes on. */
    void gap(@Nullable String why) {
        jdbc.run(tx -> tx.update("UPDATE tally_pipeline SET gap = ?" + WHERE, why, pipeline));
    }

    private static @Nullable Order order(@Nullable String text) {
        return text == null ? null : MAPPER.readValue(text, Order.class);
    }

    private static @Nullable String text(@Nullable Order order) {
        return order == null ? null : MAPPER.writeValueAsString(order);
    }
}
