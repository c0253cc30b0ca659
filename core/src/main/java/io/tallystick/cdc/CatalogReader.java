package io.tallystick.cdc;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** Reads one table from a catalog, each database in its own way. */
interface CatalogReader {

    /** The table, or null when there is none of this name. */
    @Nullable
    FoundTable read(TableName table) throws SQLException;

    static CatalogReader of(Connection connection, TargetDialect dialect) {
        return switch (dialect) {
            case POSTGRESQL -> new PostgresCatalog(connection);
            case MARIADB, MYSQL -> new MySqlCatalog(connection);
            case H2, STANDARD -> new JdbcCatalog(connection, dialect);
        };
    }
}
