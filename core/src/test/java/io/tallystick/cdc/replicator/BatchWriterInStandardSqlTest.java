package io.tallystick.cdc.replicator;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.TargetDialect;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** A database whose dialect nobody knows: H2, taken for a stranger. */
class BatchWriterInStandardSqlTest extends RowWriterContract {

    @Override
    protected Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:h2:mem:;CASE_INSENSITIVE_IDENTIFIERS=TRUE");
    }

    @Override
    protected TargetDialect dialect(Connection opened) {
        return TargetDialect.STANDARD;
    }

    @Override
    protected RowWriter writer(TargetDialect dialect, ConversionPolicy policy) {
        return new BatchWriter(dialect, policy);
    }
}
