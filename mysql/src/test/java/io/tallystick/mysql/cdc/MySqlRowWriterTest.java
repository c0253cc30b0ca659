package io.tallystick.mysql.cdc;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.RowWriterContract;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;

@Databases({Engine.MARIADB, Engine.MYSQL})
class MySqlRowWriterTest extends RowWriterContract {

    private final TestDatabase db;

    MySqlRowWriterTest(TestDatabase db) {
        this.db = db;
    }

    @Override
    protected Connection connect() throws SQLException {
        return db.connect();
    }

    @Override
    protected RowWriter writer(TargetDialect dialect, ConversionPolicy policy) {
        return new MySqlRowWriter(dialect, policy);
    }
}
