package io.tallystick.postgres.cdc;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.replicator.RowWriterContract;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;

@Databases(Engine.POSTGRESQL)
class PostgresRowWriterTest extends RowWriterContract {

    private final TestDatabase db;

    PostgresRowWriterTest(TestDatabase db) {
        this.db = db;
    }

    @Override
    protected Connection connect() throws SQLException {
        return db.connect();
    }

    @Override
    protected RowWriter writer(TargetDialect dialect, ConversionPolicy policy) {
        return new PostgresRowWriter(policy);
    }
}
