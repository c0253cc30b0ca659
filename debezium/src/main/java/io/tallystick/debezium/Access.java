package io.tallystick.debezium;

import io.debezium.jdbc.JdbcConnection;
import io.debezium.relational.DefaultValueConverter;
import io.debezium.relational.RelationalDatabaseConnectorConfig;
import io.debezium.relational.ValueConverterProvider;
import io.tallystick.cdc.TableName;
import java.sql.SQLException;
import org.slf4j.LoggerFactory;

/**
 * A connection of Debezium's own, with what its connector makes rows of: so a copied row is shaped as the log would shape it. For one
 * thread.
 *
 * @param catalog the catalog under which the connection finds tables; empty where there is none
 */
public record Access(
        JdbcConnection connection,
        RelationalDatabaseConnectorConfig config,
        ValueConverterProvider values,
        DefaultValueConverter defaults,
        String catalog)
        implements AutoCloseable {

    /** How SQL spells the table. */
    String quoted(TableName table) {
        return quoted(table.schema()) + "." + quoted(table.table());
    }

    String quoted(String name) {
        return connection.quoteIdentifier(name);
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            // nothing was held but a reading connection
            LoggerFactory.getLogger(Access.class).debug("closing a connection failed", e);
        }
    }
}
