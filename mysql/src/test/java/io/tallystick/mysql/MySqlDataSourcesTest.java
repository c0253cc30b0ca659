package io.tallystick.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.CandidPool;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.DataSourcesContract;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import org.junit.jupiter.api.Test;

@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        ownServer = true)
class MySqlDataSourcesTest extends DataSourcesContract {

    @Override
    protected CandidPool open(ConnectionSettings settings) {
        return MySqlDataSources.open(settings);
    }

    @Override
    protected String refuse(TestDatabase db, String stranger) {
        db.execute("CREATE USER '" + stranger + "'@'%' IDENTIFIED BY 'another-word'");
        return "1045";
    }

    @Override
    protected void admit(TestDatabase db, String stranger, String password) {
        db.execute(
                "ALTER USER '" + stranger + "'@'%' IDENTIFIED BY '" + password + "'",
                "GRANT ALL ON " + db.name() + ".* TO '" + stranger + "'@'%'");
    }

    @Override
    protected void forget(TestDatabase db, String stranger) {
        db.execute("DROP USER IF EXISTS '" + stranger + "'@'%'");
    }

    @Test
    void a_session_is_in_utc_read_committed_and_waits_for_locks_as_long_as_told(TestDatabase db) {
        String isolation = db.engine() == Engine.MARIADB ? "@@tx_isolation" : "@@transaction_isolation";
        try (var pool = MySqlDataSources.open(settings(db))) {
            String found = Jdbc.on(pool)
                    .inTransaction(tx -> tx.query(
                                    "SELECT CONCAT(@@time_zone, '|', " + isolation
                                            + ", '|', @@innodb_lock_wait_timeout, '|',"
                                            + " IF(@@autocommit, 1, 0)) AS s",
                                    row -> row.string("s"))
                            .get(0));
            assertThat(found).isEqualTo("+00:00|READ-COMMITTED|1|0");
        }
    }

    @Test
    void a_mysql_url_is_taken_too(TestDatabase db) {
        String url = db.url().replace("jdbc:mariadb:", "jdbc:mysql:");
        try (var pool = MySqlDataSources.open(ConnectionSettings.of(url, db.user(), db.password()))) {
            assertThat(Jdbc.on(pool).dialect().name()).isEqualTo(db.engine().name());
        }
        try (var pool = MySqlDataSources.open(
                ConnectionSettings.of(url, "nobody", "here").withTimeouts(SHORT))) {
            assertThatThrownBy(() -> Jdbc.on(pool).dialect())
                    .as("the URL is told as it was written")
                    .hasMessageContaining("jdbc:mysql://")
                    .hasMessageNotContaining("jdbc:mariadb:");
        }
    }

    @Test
    void a_compare_and_set_that_changes_nothing_counts_as_done(TestDatabase db) {
        db.execute("CREATE TABLE IF NOT EXISTS cas (id INT PRIMARY KEY, v INT)", "REPLACE INTO cas VALUES (1, 7)");
        try (var pool = MySqlDataSources.open(settings(db))) {
            int rows = Jdbc.on(pool).inTransaction(tx -> tx.update("UPDATE cas SET v = 7 WHERE id = 1 AND v = 7"));
            assertThat(rows).isEqualTo(1);
        }
    }

    @Test
    void a_wrong_password_is_rejected_through_the_pool_without_showing_it(TestDatabase db) {
        db.execute(
                "CREATE USER 'careful'@'%' IDENTIFIED BY 'right'", "GRANT ALL ON " + db.name() + ".* TO 'careful'@'%'");
        ConnectionSettings wrong =
                ConnectionSettings.of(db.url(), "careful", "hidden-word").withTimeouts(SHORT);
        try (var pool = MySqlDataSources.open(wrong)) {
            assertThatThrownBy(() -> Jdbc.on(pool).dialect())
                    .isInstanceOf(RejectedException.class)
                    .hasMessageNotContaining("hidden-word");
        } finally {
            db.execute("DROP USER 'careful'@'%'");
        }
    }

    @Test
    void refuses_what_is_not_for_mysql(TestDatabase db) {
        assertThatThrownBy(() -> MySqlDataSources.open(ConnectionSettings.of("jdbc:postgresql://h/d", "u", "secret")))
                .hasMessageContaining("jdbc:mariadb:")
                .hasMessageNotContaining("secret");
    }
}
