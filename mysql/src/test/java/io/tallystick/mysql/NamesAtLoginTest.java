package io.tallystick.mysql;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a server is asked for at the login, where its own character set is another one than ours. */
@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        settings = "character-set-server=latin1")
class NamesAtLoginTest {

    private static final String NAME = "계좌 `장부`";

    @Test
    void a_database_with_a_korean_name_is_found_by_pools_and_by_single_connections(TestDatabase db)
            throws SQLException {
        db.execute("CREATE DATABASE IF NOT EXISTS `" + NAME.replace("`", "``") + "`");
        ConnectionSettings settings = ConnectionSettings.of(
                        db.url().replaceFirst("/[^/]*$", "/" + NAME + "?socketTimeout=60000"), db.user(), db.password())
                .withPoolSize(1);
        try (var pool = MySqlDataSources.open(settings)) {
            List<String> chosen =
                    Jdbc.on(pool).inTransaction(tx -> tx.query("SELECT DATABASE() AS name", row -> row.string("name")));
            assertThat(chosen).containsExactly(NAME);
        }
        try (Connection connection = MySqlDataSources.connect(settings, Map.of());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT DATABASE()")) {
            assertThat(found.next()).isTrue();
            assertThat(found.getString(1)).isEqualTo(NAME);
            assertThat(connection.getCatalog()).isEqualTo(NAME);
        } finally {
            db.execute("DROP DATABASE `" + NAME.replace("`", "``") + "`");
        }
    }

    @Test
    void a_user_with_a_korean_name_logs_in_by_pools_and_by_single_connections(TestDatabase db) throws SQLException {
        String user = "홍길동";
        db.execute(
                "CREATE USER '" + user + "'@'%' IDENTIFIED BY 'right'",
                "GRANT ALL ON " + db.name() + ".* TO '" + user + "'@'%'");
        ConnectionSettings settings =
                ConnectionSettings.of(db.url(), user, "right").withPoolSize(1);
        try (var pool = MySqlDataSources.open(settings)) {
            List<String> told = Jdbc.on(pool)
                    .inTransaction(tx -> tx.query(
                            "SELECT CONCAT(CURRENT_USER(), ' 장부 ', @@character_set_client) AS name",
                            row -> row.string("name")));
            assertThat(told).containsExactly(user + "@% 장부 utf8mb4");
        }
        try (Connection connection = MySqlDataSources.connect(settings, Map.of());
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT CURRENT_USER()")) {
            assertThat(found.next()).isTrue();
            assertThat(found.getString(1)).isEqualTo(user + "@%");
        } finally {
            db.execute("DROP USER '" + user + "'@'%'");
        }
    }
}
