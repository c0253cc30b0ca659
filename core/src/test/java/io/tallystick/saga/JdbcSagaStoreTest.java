package io.tallystick.saga;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import javax.sql.DataSource;

/** The contract on real databases. */
@Databases({Engine.POSTGRESQL})
class JdbcSagaStoreTest extends SagaStoreContract {

    private final Jdbc jdbc;

    JdbcSagaStoreTest(DataSource database) {
        this.jdbc = Jdbc.on(database);
        Schema.of(jdbc).install("saga");
    }

    @Override
    SagaStore openStore() {
        return SagaStore.of(jdbc);
    }

    @Override
    SagaLedger openLedger() {
        return SagaLedger.of(jdbc);
    }

    @Override
    Jdbc application() {
        return jdbc;
    }
}
