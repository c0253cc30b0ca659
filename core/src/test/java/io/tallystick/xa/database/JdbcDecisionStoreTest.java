package io.tallystick.xa.database;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.DecisionStoreContract;
import org.junit.jupiter.api.AfterEach;

/** The contract on real databases. */
@Databases
class JdbcDecisionStoreTest extends DecisionStoreContract {

    private final HikariDataSource pool = new HikariDataSource();

    JdbcDecisionStoreTest(TestDatabase database) {
        pool.setDataSource(database.dataSource());
        pool.setMaximumPoolSize(8);
        pool.setMinimumIdle(1);
        Schema.of(Jdbc.on(pool)).install("xa");
    }

    @AfterEach
    void closePool() {
        pool.close();
    }

    @Override
    protected DecisionStore open() {
        return JdbcDecisionStore.on("here", Jdbc.on(pool));
    }
}
