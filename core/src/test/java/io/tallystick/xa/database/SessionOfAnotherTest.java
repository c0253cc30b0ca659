package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A session that hides a prepared branch is ended, and never one of somebody else: a vote's hint may name a session of long ago. */
@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        ownServer = true)
class SessionOfAnotherTest {

    private final TestDatabase db;

    SessionOfAnotherTest(TestDatabase db) {
        this.db = db;
    }

    @AfterEach
    void mend() {
        db.execute("DROP USER IF EXISTS clerk");
    }

    @Test
    void a_session_of_another_user_or_of_another_client_is_left_alone() throws SQLException {
        db.execute("CREATE USER clerk IDENTIFIED BY 'clerk'", "GRANT SELECT ON *.* TO clerk");
        try (Connection ours = db.dataSource().getConnection();
                Connection clerks = InnoDbScene.as(db, "clerk").getConnection();
                Connection mine = db.dataSource().getConnection()) {
            ServerSession another = sessionOf(clerks, ours);
            ServerSession own = sessionOf(mine, ours);

            assertThat(InnoDbSessions.kill(ours, another)).isFalse();
            assertThat(InnoDbSessions.kill(ours, new ServerSession(own.number(), "elsewhere:1", false)))
                    .isFalse();
            assertThat(clerks.isValid(30)).isTrue();
            assertThat(mine.isValid(30)).isTrue();

            assertThat(InnoDbSessions.kill(ours, own)).isTrue();
        }
    }

    private static ServerSession sessionOf(Connection connection, Connection asked) throws SQLException {
        long number = Long.parseLong(text(connection, "SELECT CONNECTION_ID()"));
        return new ServerSession(
                number, text(asked, "SELECT HOST FROM information_schema.PROCESSLIST WHERE ID = " + number), false);
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
