package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;

/** Replication from one MariaDB or MySQL server to another of the same product, by GTIDs and from the beginning. */
public final class InnoDbReplica {

    private InnoDbReplica() {}

    /** A server that can replicate; two of them must differ in their id. */
    public static TestDatabase server(Engine product, int id) {
        return TestDatabases.of(product)
                .serverId(id)
                .setting("relay-log", "relay")
                .start();
    }

    public static void follow(TestDatabase replica, TestDatabase primary) {
        String host = "HOST='127.0.0.1', %1$s_PORT=" + primary.port() + ", %1$s_USER='" + primary.user()
                + "', %1$s_PASSWORD='" + primary.password() + "'";
        if (replica.engine() == Engine.MARIADB) {
            replica.execute(
                    "CHANGE MASTER TO MASTER_" + host.formatted("MASTER")
                            + ", MASTER_USE_GTID=slave_pos, MASTER_SSL=0, MASTER_SSL_VERIFY_SERVER_CERT=0",
                    "START SLAVE");
        } else {
            replica.execute(
                    "CHANGE REPLICATION SOURCE TO SOURCE_" + host.formatted("SOURCE") + ", SOURCE_AUTO_POSITION=1",
                    "START REPLICA");
        }
    }

    /** Waits until the replica has what the primary has now. */
    public static void catchUp(TestDatabase replica, TestDatabase primary) {
        boolean mariadb = replica.engine() == Engine.MARIADB;
        String now = text(primary, mariadb ? "SELECT @@gtid_binlog_pos AS said" : "SELECT @@gtid_executed AS said");
        String waited = text(
                replica,
                (mariadb ? "SELECT MASTER_GTID_WAIT('" : "SELECT WAIT_FOR_EXECUTED_GTID_SET('") + now.replace("\n", "")
                        + "', 120) AS said");
        assertThat(waited).as("0 when it has arrived").isEqualTo("0");
    }

    private static String text(TestDatabase at, String sql) {
        return Jdbc.on(at.dataSource())
                .autocommit(tx -> tx.query(sql, row -> row.string("said")))
                .get(0);
    }

    public static void stopFollowing(TestDatabase replica) {
        replica.execute(replica.engine() == Engine.MARIADB ? "STOP SLAVE" : "STOP REPLICA");
    }

    /** It has a primary no more. */
    public static void promote(TestDatabase replica) {
        replica.execute(replica.engine() == Engine.MARIADB ? "RESET SLAVE ALL" : "RESET REPLICA ALL");
    }
}
