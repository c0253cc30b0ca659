package io.tallystick.cdc.replicator;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;

@Databases
class BatchWriterTest extends RowWriterContract {

    private final TestDatabase db;

    BatchWriterTest(TestDatabase db) {
        this.db = db;
    }

    @Override
    protected Connection connect() throws SQLException {
        return db.connect();
    }

    @Override
    protected RowWriter writer(TargetDialect dialect, ConversionPolicy policy) {
        return new BatchWriter(dialect, policy);
    }
}
