package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Tx;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/** Tables that are left out at a target, as they stand in {@code tally_pause} there. */
final class PauseRows {

    private static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final TypeReference<Map<String, List<String>>> WRITTEN = new TypeReference<>() {};
    private static final String THIS = " WHERE pipeline = ? AND source = ?";

    private final Tx tx;
    private final String pipeline;

    PauseRows(Tx tx, String pipeline) {
        this.tx = tx;
        this.pipeline = pipeline;
    }

    /**
     * One of them.
     *
     * @param copiedAfter null while it is left out; else the position from which on its changes are made again, while it is copied anew
     */
    record Pause(
            PausedTable told,
            Map<TableName, List<String>> written,
            @Nullable Position copiedAfter) {

        boolean isLeftOut() {
            return copiedAfter == null;
        }

        /** Whether a person wants its tables to be taken up as they are. */
        boolean isWantedAsItIs() {
            return written.values().stream().allMatch(List::isEmpty);
        }
    }

    Map<TableName, Pause> all() {
        Map<TableName, Pause> all = new LinkedHashMap<>();
        tx.query(
                        "SELECT source, since, why, mend, written, copied_after FROM tally_pause WHERE pipeline = ?"
                                + " ORDER BY source",
                        row -> {
                            String after = row.text("copied_after");
                            return new Pause(
                                    new PausedTable(
                                            row.string("source"),
                                            row.instant("since"),
                                            row.string("why"),
                                            row.text("mend")),
                                    written(row.string("written")),
                                    after == null ? null : new Position(after));
                        },
                        pipeline)
                .forEach(pause -> all.put(TableName.parse(pause.told().table()), pause));
        return all;
    }

    /** Leaves a table out from now on. */
    void pause(TableName source, Unfit unfit) {
        remove(source);
        tx.update(
                "INSERT INTO tally_pause (pipeline, source, since, why, mend, written) VALUES (?, ?, "
                        + tx.dialect().now() + ", ?, ?, ?)",
                pipeline,
                source.toString(),
                unfit.why(),
                unfit.mend(),
                text(unfit.written()));
    }

    /** Another reason for what is left out already; how it is to be taken up stays, for a person may just have said it. */
    void tell(TableName source, Unfit unfit) {
        tx.update(
                "UPDATE tally_pause SET why = ?, mend = ?" + THIS,
                unfit.why(),
                unfit.mend(),
                pipeline,
                source.toString());
    }

    /** It need not be as it was any more; false when it is not left out. */
    boolean wantAsItIs(TableName source) {
        Pause pause = all().get(source);
        if (pause == null || !pause.isLeftOut()) {
            return false;
        }
        Map<TableName, List<String>> any = new LinkedHashMap<>();
        pause.written().keySet().forEach(table -> any.put(table, List.of()));
        tx.update("UPDATE tally_pause SET written = ?" + THIS, text(any), pipeline, source.toString());
        return true;
    }

    /** Its changes are made again from this position on, while it is copied. */
    void takeUp(TableName source, Position after) {
        tx.update("UPDATE tally_pause SET copied_after = ?" + THIS, after.text(), pipeline, source.toString());
    }

    void remove(TableName source) {
        tx.update("DELETE FROM tally_pause" + THIS, pipeline, source.toString());
    }

    /** The positions of another history say nothing any more. */
    void forgetTakenUp() {
        tx.update("DELETE FROM tally_pause WHERE pipeline = ? AND copied_after IS NOT NULL", pipeline);
    }

    private static String text(Map<TableName, List<String>> written) {
        Map<String, List<String>> byName = new LinkedHashMap<>();
        written.forEach((table, columns) -> byName.put(table.toString(), columns));
        return MAPPER.writeValueAsString(byName);
    }

    private static Map<TableName, List<String>> written(String text) {
        Map<TableName, List<String>> written = new LinkedHashMap<>();
        MAPPER.readValue(text, WRITTEN).forEach((table, columns) -> written.put(TableName.parse(table), columns));
        return written;
    }
}
