package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.JdbcBranchDriver;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;

@Databases(value = Engine.POSTGRESQL, ownServer = true)
class PostgresBranchDriverContractTest extends BranchDriverContract {

    PostgresBranchDriverContractTest(TestDatabase db) {
        super(db);
    }

    @Override
    JdbcBranchDriver driver(DataSource from, PoolSettings settings) {
        return PostgresBranchDriver.on(from, settings);
    }

    @Override
    void killSessionOf(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT pg_backend_pid()")) {
            row.next();
            db.execute("SELECT pg_terminate_backend(" + row.getInt(1) + ", 5000)");
        }
    }

    @Override
    boolean somebodyWaitsForALock() throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock')")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    @Override
    void endSessionsOfOthers() throws SQLException {
        assertThat(db.isRunning()).isTrue();
        db.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE pid <> pg_backend_pid()"
                + " AND datname = current_database()");
    }
}
