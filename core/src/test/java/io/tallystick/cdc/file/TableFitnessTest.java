package io.tallystick.cdc.file;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.TableName;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** A look at a target's table, on a connection of the pool that also writes the rows. */
@Databases
class TableFitnessTest {

    private final TestDatabase db;

    TableFitnessTest(TestDatabase db) {
        this.db = db;
    }

    @Test
    void the_connection_waits_for_locks_afterwards_as_long_as_its_pool_has_set_it() throws SQLException {
        boolean postgres = db.engine() == Engine.POSTGRESQL;
        db.execute("CREATE TABLE fit (id INT PRIMARY KEY)");
        HikariConfig config = new HikariConfig();
        config.setDataSource(db.dataSource());
        config.setMaximumPoolSize(1);
        config.setAutoCommit(false);
        config.setConnectionInitSql(
                postgres ? "SELECT set_config('lock_timeout', '7s', false)" : "SET SESSION lock_wait_timeout = 7");
        try (HikariDataSource pool = new HikariDataSource(config)) {
            TableName table = new TableName(postgres ? "public" : db.name(), "fit");
            TableFitness fitness = new TableFitness(spec(table), "shop", pool, nobodyAsks());

            assertThat(fitness.look(table, Map.of(table, List.of("id")))).isNull();
            assertThat(fitness.look(table, Map.of(table, List.of("id", "name"))))
                    .as("without the column")
                    .isNotNull();

            assertThat(lockWait(pool, postgres)).isEqualTo(postgres ? "7s" : "7");
        }
    }

    private static String lockWait(HikariDataSource pool, boolean postgres) throws SQLException {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery(postgres ? "SHOW lock_timeout" : "SELECT @@SESSION.lock_wait_timeout")) {
            row.next();
            return row.getString(1);
        }
    }

    private PipelineSpec spec(TableName table) {
        String product = switch (db.engine()) {
            case POSTGRESQL -> "postgresql";
            case MARIADB -> "mariadb";
            case MYSQL -> "mysql";
        };
        String yaml = """
                pipeline: fitness
                source: {type: postgresql, url: "jdbc:postgresql://source/shop", user: reader, tables: [%2$s]}
                targets:
                  shop: {type: %1$s, url: "jdbc:%1$s://target/shop", user: tally}
                routes:
                  - from: %2$s
                    to: [{target: shop, table: %2$s}]
                """.formatted(product, table);
        return PipelineFile.parse("fitness.yaml", yaml, name -> null);
    }

    /** The types of the source are no part of this. */
    private static ChangeSource nobodyAsks() {
        return (ChangeSource) Proxy.newProxyInstance(
                TableFitnessTest.class.getClassLoader(), new Class<?>[] {ChangeSource.class}, (self, method, given) -> {
                    throw new io.tallystick.jdbc.UnavailableException("the source is away");
                });
    }
}
