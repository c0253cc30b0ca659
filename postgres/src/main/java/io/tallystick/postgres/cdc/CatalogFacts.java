package io.tallystick.postgres.cdc;

import io.tallystick.cdc.DatabaseIdentity;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.Tx;
import io.tallystick.postgres.type.PgType;
import io.tallystick.postgres.type.TypeCatalog;
import java.sql.SQLException;
import java.util.Set;

/**
 * What the catalog says before a reading. It may change at any time during the reading too, so nothing relies on its being of the moment.
 *
 * @param binary whether all columns can be read in binary form
 * @param types those that were met
 */
record CatalogFacts(boolean binary, TypeCatalog types, DatabaseIdentity database) {

    /** @throws io.tallystick.jdbc.RejectedException naming every table that does not exist */
    static CatalogFacts of(Tx tx, Set<TableName> tables) {
        TableCatalog catalog = new TableCatalog();
        boolean binary = catalog.describe(tx, tables).stream()
                .flatMap(table -> table.columns().stream())
                .allMatch(column -> column.type() instanceof PgType type && type.readsBinary());
        return new CatalogFacts(binary, catalog.types(), database(tx));
    }

    private static DatabaseIdentity database(Tx tx) {
        try {
            return DatabaseIdentity.of(tx.connection(), Dialect.POSTGRESQL);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, Dialect.POSTGRESQL, false, "asking which database this is");
        }
    }
}
