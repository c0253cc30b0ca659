package io.tallystick.testkit.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TestDatabaseBuilderTest {
    @Test
    void a_replica_can_start_on_a_copy_of_another_servers_data() throws SQLException {
        try (TestDatabase first = TestDatabases.mysql().start()) {
            first.execute("CREATE TABLE t (id int PRIMARY KEY)", "INSERT INTO t VALUES (5)");
            first.stop();
            try (TestDatabase second = TestDatabases.mysql()
                    .serverId(2)
                    .dataFrom(first.dataDirectory())
                    .start()) {
                first.restart();
                assertThat(show(second, "SELECT id FROM t")).isEqualTo("5");
                assertThat(show(second, "SELECT @@server_id")).isEqualTo("2");
                assertThat(show(second, "SELECT @@server_uuid")).isNotEqualTo(show(first, "SELECT @@server_uuid"));
            }
        }
    }

    @Test
    void durability_is_on_unless_it_is_given_up() throws SQLException {
        try (TestDatabase durable = TestDatabases.postgres().start();
                TestDatabase fast = TestDatabases.postgres().withoutDurability().start()) {
            assertThat(show(durable, "SHOW fsync") + show(durable, "SHOW synchronous_commit"))
                    .isEqualTo("onon");
            assertThat(show(fast, "SHOW fsync") + show(fast, "SHOW synchronous_commit"))
                    .isEqualTo("offoff");
        }
        try (TestDatabase durable = TestDatabases.mariadb().start()) {
            assertThat(show(durable, "SELECT @@sync_binlog + @@innodb_flush_log_at_trx_commit"))
                    .isEqualTo("2");
            assertThat(show(durable, "SELECT @@binlog_format")).isEqualTo("ROW");
        }
    }

    @Test
    void a_wrong_setting_fails_with_the_servers_own_words() {
        assertThatThrownBy(() ->
                        TestDatabases.postgres().setting("no_such_setting", "1").start())
                .isInstanceOf(TestDatabaseException.class)
                .hasMessageContaining("unrecognized configuration parameter \"no_such_setting\"");
        assertThatThrownBy(() -> TestDatabases.mysql().setting("-x; rm", "1"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("setting name");
    }

    @Test
    void a_port_that_was_asked_for_and_is_taken_is_a_failure_and_not_another_port() throws IOException {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() ->
                            TestDatabases.postgres().port(taken.getLocalPort()).start())
                    .isInstanceOf(TestDatabaseException.class)
                    .hasMessageContaining("in use");
        }
    }

    @Test
    void a_failed_command_says_what_to_install(@TempDir Path directory) {
        assertThat(Commands.hint("mysqld: error while loading shared libraries: libaio.so.1: cannot open"))
                .contains("apt-get install -y libaio1");
        assertThat(Commands.hint("tar (child): xz: Cannot exec: No such file")).contains("apt-get install -y xz-utils");
        assertThat(Commands.hint("unshare: unshare failed: Operation not permitted"))
                .contains("run as an ordinary user");
        assertThatThrownBy(() -> Commands.run(List.of("sh", "-c", "echo why; exit 3"), directory))
                .isInstanceOf(TestDatabaseException.class)
                .hasMessageContainingAll("status 3", "why");
    }

    private static String show(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            assertThat(rows.next()).isTrue();
            return rows.getString(1);
        }
    }
}
