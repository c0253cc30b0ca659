package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Tx;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** The copying of tables as it stands in {@code tally_load} of a target; moves in the transaction that writes the rows. */
final class LoadRows {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final TypeReference<List<String>> KEY = new TypeReference<>() {};

    private static final String LOADING = "loading";
    /** As loading, and rows that the source has no more are deleted. */
    private static final String SWEEPING = "resync";

    private static final String LEFT_OUT = "EXISTS (SELECT 1 FROM tally_pause p WHERE p.pipeline = tally_load.pipeline"
            + " AND p.source = tally_load.source AND p.copied_after IS NULL)";

    private final Tx tx;
    private final String pipeline;

    LoadRows(Tx tx, String pipeline) {
        this.tx = tx;
        this.pipeline = pipeline;
    }

    /** Orders whole tables to be copied; one that is being copied begins anew, and goes on deleting if that was ordered. */
    void order(Set<TableName> tables) {
        if (tables.isEmpty()) {
            return;
        }
        Set<TableName> swept =
                open().stream().filter(LoadState::sweeps).map(LoadState::table).collect(Collectors.toSet());
        tables.forEach(table -> order(new KeySpan(table, null, null), swept.contains(table)));
    }

    /** The same, and rows that the source has no more are deleted where that can be told. */
    void resync(Set<TableName> tables) {
        tables.forEach(table -> order(new KeySpan(table, null, null), true));
    }

    /**
     * Orders a part of a table to be copied; what is being copied of that table begins anew as this part. Of a table that was left out
     * rows are deleted in any case: nobody made their deletions.
     */
    void order(KeySpan span, boolean sweeps) {
        String table = span.table().toString();
        boolean leftOut = !tx.query(
                        "SELECT source FROM tally_pause WHERE pipeline = ? AND source = ?",
                        row -> row.string("source"),
                        pipeline,
                        table)
                .isEmpty();
        tx.update("DELETE FROM tally_load WHERE pipeline = ? AND source = ?", pipeline, table);
        tx.update(
                "INSERT INTO tally_load (pipeline, source, first_key, last_key, done_rows, state, changed_at)"
                        + " VALUES (?, ?, ?, ?, 0, ?, " + tx.dialect().now() + ")",
                pipeline,
                table,
                text(span.after()),
                text(span.to()),
                sweeps || leftOut ? SWEEPING : LOADING);
    }

    /** Tables that were copied before, whole or in parts. Not those that are being copied for the first time. */
    Set<TableName> copiedOnce() {
        return Set.copyOf(tx.query(
                "SELECT source FROM tally_load WHERE pipeline = ? AND state <> '" + LOADING + "'",
                row -> TableName.parse(row.string("source")),
                pipeline));
    }

    /**
     * A pipeline may name other tables than before: those that it did not have are ordered, and those that it has no longer are
     * forgotten, so that they are ordered when they come back.
     *
     * @param copied those of them that are copied first
     * @return whether anything was written
     */
    boolean follow(Set<TableName> tables, Set<TableName> copied) {
        Set<TableName> known = new LinkedHashSet<>(tx.query(
                "SELECT source FROM tally_load WHERE pipeline = ?",
                row -> TableName.parse(row.string("source")),
                pipeline));
        Set<TableName> unknown = new LinkedHashSet<>(copied);
        unknown.removeAll(known);
        order(unknown);
        known.removeAll(tables);
        known.forEach(gone -> {
            tx.update("DELETE FROM tally_load WHERE pipeline = ? AND source = ?", pipeline, gone.toString());
            new PauseRows(tx, pipeline).remove(gone);
        });
        return !unknown.isEmpty() || !known.isEmpty();
    }

    /** Those that are not finished. What is ordered of a table that is left out begins when it is taken up. */
    List<LoadState> open() {
        return tx.query(
                "SELECT source, first_key, last_key, done_to, done_rows, state FROM tally_load"
                        + " WHERE pipeline = ? AND state IN ('" + LOADING + "', '" + SWEEPING + "') AND NOT " + LEFT_OUT
                        + " ORDER BY source",
                row -> new LoadState(
                        TableName.parse(row.string("source")),
                        key(row.text("first_key")),
                        key(row.text("last_key")),
                        key(row.text("done_to")),
                        row.longValue("done_rows"),
                        row.string("state").equals(SWEEPING)),
                pipeline);
    }

    /** False when a person has ordered the table anew meanwhile: then this chunk does not count. */
    boolean moved(LoadState before, LoadState after, boolean finished) {
        String state = before.sweeps() ? SWEEPING : LOADING;
        int rows = tx.update(
                "UPDATE tally_load SET done_to = ?, done_rows = ?, state = ?, changed_at = "
                        + tx.dialect().now()
                        + " WHERE pipeline = ? AND source = ? AND state = ? AND done_rows = ?"
                        + " AND COALESCE(done_to, '') = ? AND COALESCE(first_key, '') = ? AND COALESCE(last_key, '') = ?",
                text(after.doneTo()),
                after.doneRows(),
                finished ? "done" : state,
                pipeline,
                after.table().toString(),
                state,
                before.doneRows(),
                orEmpty(before.doneTo()),
                orEmpty(before.from()),
                orEmpty(before.to()));
        if (finished && rows == 1) {
            new PauseRows(tx, pipeline).remove(after.table());
        }
        return rows == 1;
    }

    private static String orEmpty(@Nullable List<String> key) {
        return Objects.requireNonNullElse(text(key), "");
    }

    private static @Nullable String text(@Nullable List<String> key) {
        return key == null ? null : MAPPER.writeValueAsString(key);
    }

    private static @Nullable List<String> key(@Nullable String text) {
        return text == null ? null : MAPPER.readValue(text, KEY);
    }
}
