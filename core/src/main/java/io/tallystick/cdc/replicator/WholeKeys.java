package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.ValueKind;
import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Keys of whole numbers: they sort alike in every database, so which of two targets has come less far with a table can be told without
 * asking one. With any other key only the source could, and the copying begins at the beginning instead. For one thread.
 */
final class WholeKeys {

    private final ChangeSource source;
    private final Map<TableName, Boolean> known = new HashMap<>();

    WholeKeys(ChangeSource source) {
        this.source = source;
    }

    /** Whether chunks of this table are cut by whole numbers. Asks the source once. */
    boolean cut(TableName table) {
        Boolean is = known.get(table);
        if (is == null) {
            is = ask(table);
            known.put(table, is);
        }
        return is;
    }

    /** A table may have another key by now. */
    void forget() {
        known.clear();
    }

    private boolean ask(TableName name) {
        List<SourceTable> tables = source.describe(Set.of(name));
        if (tables.isEmpty()) {
            return false;
        }
        try (SnapshotReader reader = source.snapshot()) {
            return cut(tables.get(0), reader);
        }
    }

    static boolean cut(SourceTable table, SnapshotReader reader) {
        if (table.keyColumns().length == 0) {
            return false;
        }
        return reader.keyOrder(table).stream()
                .map(table::indexOf)
                .allMatch(cell -> cell >= 0 && table.columns().get(cell).type().kind() == ValueKind.INTEGER);
    }

    /** Whether a key comes before another one or is the same; null comes before all. */
    static boolean isUpTo(@Nullable List<String> key, @Nullable List<String> other) {
        if (key == null || other == null) {
            return key == null;
        }
        for (int i = 0; i < Math.min(key.size(), other.size()); i++) {
            int order = new BigInteger(key.get(i)).compareTo(new BigInteger(other.get(i)));
            if (order != 0) {
                return order < 0;
            }
        }
        return true;
    }
}
