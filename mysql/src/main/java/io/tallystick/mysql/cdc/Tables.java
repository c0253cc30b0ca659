package io.tallystick.mysql.cdc;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The tables that the current transaction's rows belong to, and the layouts of those that the pipeline wants. A table that is
 * described in the same words again keeps its layout and its {@link SourceTable}, until DDL passes by. For one thread.
 */
final class Tables {

    /** The table that a replicator moves its position in; who wrote to it is the origin of a transaction. */
    static final String MARKER = "tally_position";

    /** Begins the name of a row that a replicator puts there, and takes away, before all else: its position is the origin. */
    static final String MARK = "~";

    private final Set<TableName> wanted;
    private final Catalog catalog;
    private final CharacterSets.Collations collations;
    private final Map<Long, RowLayout> current = new HashMap<>();
    private final Map<TableName, RowLayout> layouts = new HashMap<>();
    private final Map<TableName, SourceTable> known = new HashMap<>();

    Tables(Set<TableName> wanted, Catalog catalog, CharacterSets.Collations collations) {
        this.wanted = Set.copyOf(wanted);
        this.catalog = catalog;
        this.collations = collations;
    }

    /** Takes in a TABLE_MAP event; returns whether rows of this table matter. */
    boolean map(LogBytes body) {
        long number = body.u48();
        body.skip(2);
        int start = body.position();
        RowLayout before = current.get(number);
        if (before != null && before.isDescribedBy(new LogBytes(body.bytes(), start, body.end()))) {
            return true;
        }
        TableName name = TableMap.name(new LogBytes(body.bytes(), start, body.end()));
        if (!wanted.contains(name) && !name.table().equals(MARKER)) {
            current.remove(number);
            return false;
        }
        current.put(number, layout(name, new LogBytes(body.bytes(), start, body.end())));
        return true;
    }

    /** The layout of the table with this number; null when its rows do not matter. */
    @Nullable
    RowLayout of(long number) {
        return current.get(number);
    }

    boolean isWanted(@Nullable TableName name) {
        return name != null && wanted.contains(name);
    }

    /** The table as it was last seen, for changes that come without a description. */
    SourceTable table(TableName name) {
        SourceTable found = known.get(name);
        if (found == null) {
            found = catalog.find(name);
        }
        if (found == null) {
            // dropped since; whoever applies this needs its name alone
            found = new SourceTable(name, java.util.List.of());
        }
        known.put(name, found);
        return found;
    }

    /** After DDL the same description may mean something else: a check that makes text JSON, another key. */
    void ddl() {
        layouts.clear();
        current.clear();
    }

    private RowLayout layout(TableName name, LogBytes description) {
        RowLayout before = layouts.get(name);
        if (before != null && before.isDescribedBy(description)) {
            return before;
        }
        byte[] described = java.util.Arrays.copyOfRange(description.bytes(), description.position(), description.end());
        TableMap map = TableMap.read(description, collations);
        if (map.names().isEmpty()) {
            throw new GapException(
                    "the log describes " + name + " without the names of its columns, so these changes cannot be"
                            + " applied. SET GLOBAL binlog_row_metadata = FULL; (and in the server's configuration), then compare the table"
                            + " with its targets and bring it in line");
        }
        History history = catalog.history(map);
        SourceTable table = catalog.refine(map, collations, history);
        SourceTable old = known.get(name);
        SourceTable same = table.equals(old) && old != null ? old : table;
        known.put(name, same);
        RowLayout layout = RowLayout.of(same, map, described, history);
        layouts.put(name, layout);
        return layout;
    }
}
