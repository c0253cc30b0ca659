package io.tallystick.mysql.cdc;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.replicator.RowWriterContract;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;

/** Over a connection that speaks MariaDB's bulk protocol. */
@Databases(Engine.MARIADB)
class MariaDbBulkRowWriterTest extends RowWriterContract {

    private final TestDatabase db;

    MariaDbBulkRowWriterTest(TestDatabase db) {
        this.db = db;
    }

    @Override
    protected Connection connect() throws SQLException {
        return DriverManager.getConnection(
                db.url() + "?useBulkStmts=true&useServerPrepStmts=true&cachePrepStmts=true", db.user(), db.password());
    }

    @Override
    protected RowWriter writer(TargetDialect dialect, ConversionPolicy policy) {
        return new MySqlRowWriter(dialect, policy);
    }
}
