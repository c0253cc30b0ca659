package io.tallystick.xa.database;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.JdbcBranchDriver;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        ownServer = true)
class InnoDbBranchDriverContractTest extends BranchDriverContract {

    private static final String CLIENTS = "SELECT ID FROM information_schema.PROCESSLIST"
            + " WHERE ID <> CONNECTION_ID() AND USER = SUBSTRING_INDEX(USER(), '@', 1)";

    InnoDbBranchDriverContractTest(TestDatabase db) {
        super(db);
    }

    @Override
    JdbcBranchDriver driver(DataSource from, PoolSettings settings) {
        return InnoDbScene.driver(db, from, settings);
    }

    @Override
    void killSessionOf(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT CONNECTION_ID()")) {
            row.next();
            db.execute("KILL " + row.getInt(1));
        }
    }

    @Override
    void endSessionsOfOthers() throws SQLException {
        try (Connection connection = db.connect()) {
            for (long id : clients(connection)) {
                XaWords.execute(connection, "KILL " + id);
            }
        }
    }

    @Override
    boolean somebodyWaitsForALock() throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "SELECT COUNT(*) FROM information_schema.INNODB_TRX WHERE TRX_STATE = 'LOCK WAIT'")) {
            row.next();
            return row.getInt(1) > 0;
        }
    }

    private static List<Long> clients(Connection connection) throws SQLException {
        List<Long> ids = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(CLIENTS)) {
            while (rows.next()) {
                ids.add(rows.getLong(1));
            }
        }
        return ids;
    }
}
