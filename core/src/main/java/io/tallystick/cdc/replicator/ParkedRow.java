package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A row whose changes wait in the quarantine, within one transaction of its target. */
final class ParkedRow {

    private static final String OF_PIPELINE = " FROM tally_quarantine WHERE pipeline = ?";

    private final Tx tx;
    private final String pipeline;
    private final long id;
    private final Key key;

    /** @throws RejectedException when no change of this number waits */
    ParkedRow(Tx tx, String pipeline, long id) {
        this.tx = tx;
        this.pipeline = pipeline;
        this.id = id;
        Quarantine.lock(tx, pipeline);
        this.key = tx.queryOne(
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

    /**
     * Which row.
     *
     * @param isVoid whether what waits came before its table was emptied
     */
    private record Key(String table, String row, boolean isVoid) {
        String condition() {
            return " AND table_name = ? AND row_key = ? AND " + (isVoid ? "NOT " : "") + "(" + Quarantine.IN_FORCE
                    + ")";
        }
    }

    /** Gives its changes up; how many they were. */
    int discard() {
        Set<String> spellings = new TreeSet<>(Set.of(key.row));
        if (!key.isVoid) {
            List<String> keys = tx.query(
                    "SELECT DISTINCT row_key" + OF_PIPELINE + " AND table_name = ? AND " + Quarantine.IN_FORCE,
                    row -> row.string("row_key"),
                    pipeline,
                    key.table);
            spellings.addAll(new Spellings(tx).of(key.table, key.row, keys));
        }
        int discarded = 0;
        for (String spelling : spellings) {
            discarded += tx.update("DELETE" + OF_PIPELINE + key.condition(), pipeline, key.table, spelling);
        }
        return discarded;
    }

    /** Makes its changes, and those that hang together with them; how many they were. */
    int replay(RowWriter writer) {
        if (key.isVoid) {
            throw new RejectedException("change " + id + " came before the source emptied " + key.table
                    + ", and would bring back a row that is gone; read it, and discard it");
        }
        List<Image> images = chain();
        for (Image image : images) {
            write(TableName.parse(image.table), StoredChange.parse(image.text), writer);
            // one by one: a running pipeline may have set another change of this row aside meanwhile
            tx.update("DELETE" + OF_PIPELINE + " AND id = ?", pipeline, image.id);
        }
        return images.size();
    }

    /** The changes that wait for this row, and for everything that they hang together with: in their order. */
    private List<Image> chain() {
        Set<String> tables = new TreeSet<>(Set.of(key.table));
        while (true) {
            List<Image> found = linked(images(tables));
            boolean more = false;
            for (Image image : found) {
                more |= image.end != null && tables.addAll(tablesAtEnd(image.end));
            }
            if (!more) {
                return found;
            }
        }
    }

    /** Those that hang together with this row, whatever lies in between. */
    private List<Image> linked(List<Image> all) {
        Spellings spellings = new Spellings(tx);
        Set<String> links = new HashSet<>();
        link(key.table, key.row, all, spellings, links);
        int known;
        do {
            known = links.size();
            for (Image image : all) {
                if (image.isOf(links)) {
                    image.rows.forEach(row -> link(image.table, row, all, spellings, links));
                    links.add(image.endLink());
                }
            }
        } while (links.size() > known);
        return all.stream().filter(image -> image.isOf(links)).toList();
    }

    private static void link(String table, String row, List<Image> all, Spellings spellings, Set<String> links) {
        if (links.add(table + row)) {
            List<String> keys = all.stream()
                    .filter(image -> image.table.equals(table))
                    .flatMap(image -> image.rows.stream())
                    .distinct()
                    .toList();
            spellings.of(table, row, keys).forEach(other -> links.add(table + other));
        }
    }

    private List<Image> images(Set<String> tables) {
        List<Image> images = new ArrayList<>();
        for (String table : tables) {
            images.addAll(tx.query(
                    "SELECT id, row_key, operation, image, position, error" + OF_PIPELINE + " AND table_name = ? AND "
                            + Quarantine.IN_FORCE + " ORDER BY id "
                            + tx.dialect().forUpdate(),
                    row -> Image.of(
                            row.longValue("id"),
                            new Key(table, row.string("row_key"), false),
                            row.string("operation"),
                            row.string("image"),
                            row.string("error").startsWith(Quarantine.AT_THE_END) ? row.string("position") : null),
                    pipeline,
                    table));
        }
        images.sort(Comparator.comparingLong(Image::id));
        return images;
    }

    private List<String> tablesAtEnd(String position) {
        return tx.query(
                "SELECT DISTINCT table_name" + OF_PIPELINE + " AND position = ? AND error LIKE '"
                        + Quarantine.AT_THE_END + "%'",
                row -> row.string("table_name"),
                pipeline,
                position);
    }

    private void write(TableName table, StoredChange stored, RowWriter writer) {
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
     * A change that waits.
     *
     * @param end the source transaction at whose end it was refused; null when it was not refused so
     * @param rows keys of the rows that it is about
     */
    private record Image(
            long id, String table, String text, @Nullable String end, Set<String> rows) {

        static Image of(long id, Key key, String operation, String text, @Nullable String end) {
            Set<String> rows = new HashSet<>(Set.of(key.row));
            if (operation.equals(TargetChange.Verb.UPDATE.name())) {
                rows.add(StoredChange.parse(text).newKeyText());
            }
            return new Image(id, key.table, text, end, rows);
        }

        /** One that is no other's when it was not refused at an end. */
        String endLink() {
            return end == null ? "alone " + id : "at " + end;
        }

        boolean isOf(Set<String> links) {
            return links.contains(endLink()) || rows.stream().anyMatch(row -> links.contains(table + row));
        }
    }
}
