package io.tallystick.testkit.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** The smallest failure of all, over the wire: the database commits, the reply is lost, the client believes it failed. */
@Databases
class FaultProxyDatabaseTest {
    @Test
    void a_dropped_commit_reply_fails_the_client_and_keeps_the_row(TestDatabase db) throws SQLException {
        db.execute("CREATE TABLE account (id int PRIMARY KEY)");
        try (FaultProxy proxy = FaultProxy.to(db.host(), db.port())) {
            String url = db.url().replace(":" + db.port() + "/", ":" + proxy.port() + "/");
            try (Connection connection = DriverManager.getConnection(url, db.user(), db.password());
                    Statement statement = connection.createStatement()) {
                connection.setAutoCommit(false);
                statement.execute("INSERT INTO account VALUES (1)");
                proxy.dropReplyTo("COMMIT");
                assertThatThrownBy(connection::commit).isInstanceOf(SQLException.class);
            }
            assertThat(proxy.droppedReplies()).isEqualTo(1);
        }
        assertThat(rows(db)).isEqualTo(1);
    }

    private static int rows(TestDatabase db) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT count(*) FROM account")) {
            rows.next();
            return rows.getInt(1);
        }
    }
}
