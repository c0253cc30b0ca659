package io.tallystick.postgres.cdc;

import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import io.tallystick.postgres.type.TypeCatalog;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Describes tables from the catalog as the log would. For one thread. */
final class TableCatalog {

    /** Generated columns are not in the log unless a publication asks for them. */
    private static final String COLUMNS = """
            SELECT a.attname::text AS name, a.atttypid::int8 AS type, a.atttypmod AS typmod,
                   c.relreplident = 'f' OR coalesce(a.attnum = ANY (i.indkey), false) AS key
              FROM pg_class c
              JOIN pg_namespace n ON n.oid = c.relnamespace
              JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
              LEFT JOIN pg_index i ON i.indrelid = c.oid
                   AND (c.relreplident = 'd' AND i.indisprimary OR c.relreplident = 'i' AND i.indisreplident)
             WHERE n.nspname = ? AND c.relname = ? AND c.relkind IN ('r', 'p')
             ORDER BY a.attnum""";

    private final TypeCatalog types = new TypeCatalog();

    /** @throws RejectedException naming every table that does not exist */
    List<SourceTable> describe(Tx tx, Set<TableName> tables) {
        List<SourceTable> found = new ArrayList<>();
        List<TableName> missing = new ArrayList<>();
        for (TableName name : tables) {
            List<SourceColumn> columns = columns(tx, name);
            if (columns.isEmpty()) {
                missing.add(name);
            } else {
                found.add(new SourceTable(name, columns));
            }
        }
        if (!missing.isEmpty()) {
            throw new RejectedException("the source has no such tables: " + missing
                    + "; names are compared as the database spells them, without quotes and by case");
        }
        return found;
    }

    /** The types that were met, without those that a user may change meanwhile. The caller's from now on. */
    TypeCatalog types() {
        types.forgetCustom();
        return types;
    }

    private List<SourceColumn> columns(Tx tx, TableName table) {
        List<Column> columns = tx.query(
                COLUMNS,
                row -> new Column(row.string("name"), row.longValue("type"), row.intValue("typmod"), row.bool("key")),
                table.schema(),
                table.table());
        return columns.stream()
                .map(c -> new SourceColumn(c.name(), types.get(tx, c.type(), c.typmod()), c.key()))
                .toList();
    }

    private record Column(String name, long type, int typmod, boolean key) {}
}
