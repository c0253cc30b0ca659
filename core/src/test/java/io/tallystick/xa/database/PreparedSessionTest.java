package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.Dialect;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.BranchXid;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** How long MariaDB lets a session hide the branch that it has prepared, when nobody speaks to it any more. */
@Databases(Engine.MARIADB)
class PreparedSessionTest {

    private static final int BEFORE = 60;

    private final XaWords words = new XaWords(Dialect.MARIADB);

    @Test
    void it_is_ended_soon_while_prepared_and_lives_as_long_as_before_afterwards(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE kept (id INT PRIMARY KEY)");
        try (Connection session = db.connect()) {
            XaWords.execute(session, "SET SESSION idle_transaction_timeout = " + BEFORE);
            for (int round = 1; round <= 3; round++) {
                BranchXid xid = InnoDbScene.xid();
                words.start(session, xid);
                XaWords.execute(session, "INSERT INTO kept VALUES (" + round + ")");
                words.endAndPrepare(session, xid);
                assertThat(idle(session)).isEqualTo(XaWords.PREPARED_IDLE_SECONDS);
                if (round == 2) {
                    words.rollbackIfThere(session, xid);
                    // also when there is nothing to roll back any more
                    words.rollbackIfThere(session, xid);
                } else {
                    words.commitHere(session, xid);
                }
                assertThat(idle(session)).isEqualTo(BEFORE);
            }
            assertThat(number(session, "SELECT count(*) FROM kept")).isEqualTo(2);
        }
    }

    private static int idle(Connection session) throws SQLException {
        return number(session, "SELECT @@SESSION.idle_transaction_timeout");
    }

    private static int number(Connection session, String query) throws SQLException {
        try (Statement statement = session.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getInt(1);
        }
    }
}
