package io.tallystick.cdc.replicator;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The {@link KeyOrder} of each table that is copied, asked for once. For one thread. */
final class KeyOrders {

    private final ChangeSource source;
    private final Map<TableName, Optional<KeyOrder>> known = new HashMap<>();

    KeyOrders(ChangeSource source) {
        this.source = source;
    }

    Optional<KeyOrder> of(TableName table) {
        Optional<KeyOrder> order = known.get(table);
        if (order == null) {
            order = ask(table);
            known.put(table, order);
        }
        return order;
    }

    /** A table may have another key by now. */
    void forget() {
        known.clear();
    }

    private Optional<KeyOrder> ask(TableName name) {
        List<SourceTable> tables = source.describe(Set.of(name));
        if (tables.isEmpty()) {
            return Optional.empty();
        }
        try (SnapshotReader reader = source.snapshot()) {
            return KeyOrder.of(tables.get(0), reader);
        }
    }
}
