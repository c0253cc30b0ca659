package io.tallystick.cdc.replicator;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Which keys that wait are one and the same to their table. Within one transaction of a target, for the same keys each time. */
final class Spellings {

    private final Tx tx;
    private final Map<String, Optional<HeldKeys>> tables = new HashMap<>();

    Spellings(Tx tx) {
        this.tx = tx;
    }

    /** Those of the keys that are this one; none when the table cannot tell. */
    Set<String> of(String table, String key, List<String> keys) {
        return tables.computeIfAbsent(table, name -> keys(name, key, keys))
                .map(held -> held.spellings(tx, key))
                .orElse(Set.of());
    }

    private Optional<HeldKeys> keys(String table, String key, List<String> all) {
        List<String> columns = StoredChange.keyColumns(key);
        if (columns.isEmpty()) {
            return Optional.empty();
        }
        try {
            HeldKeys held = new HeldKeys(TargetCatalog.of(tx.connection())
                    .read(List.of(new Wanted(TableName.parse(table), columns)))
                    .get(0));
            all.forEach(held::add);
            return Optional.of(held);
        } catch (RejectedException gone) {
            // the table, or its key, is another one by now
            return Optional.empty();
        } catch (SQLException e) {
            throw SqlErrors.translate(e, tx.dialect(), false, "reading the key of " + table);
        }
    }
}
