package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.crash.FaultSweep;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** JDBC drivers that throw what no interface names, at any call: a bug of theirs must not become two transactions in one. */
@Databases
class ThrowingDriverTest {

    private static final JdbcFault BUG = JdbcFault.refused("", 0).withError(call -> {
        throw new IllegalStateException("a bug in " + call);
    });

    private final TestDatabase db;
    private PreparedScene scene;

    ThrowingDriverTest(TestDatabase db) {
        this.db = db;
    }

    @BeforeEach
    void open() {
        scene = new PreparedScene(db);
    }

    @AfterEach
    void close() {
        scene.close();
    }

    @Test
    void what_was_rolled_back_is_not_committed_by_the_next_transaction_on_the_same_connection() {
        assertThat(FaultSweep.over(db.dataSource(), BUG, source -> endAndGoOn(source, true)))
                .isGreaterThan(3);
    }

    @Test
    void what_has_not_committed_alone_is_not_committed_by_the_next_transaction_on_the_same_connection() {
        assertThat(FaultSweep.over(db.dataSource(), BUG, source -> endAndGoOn(source, false)))
                .isGreaterThan(3);
    }

    private void endAndGoOn(FaultyDataSource source, boolean changesItsMind) {
        db.execute("UPDATE item SET amount = 100");
        try (XaEngine engine = XaEngine.named("shop")
                .resource(PreparedScene.driver(
                        db.engine(), source, PoolSettings.of("orders", 1).withBorrow(Duration.ofSeconds(20))))
                .decisions(JdbcDecisionStore.on("orders", Jdbc.on(db.dataSource())))
                .settings(PreparedScene.QUICK_TO_RECOVER)
                .open()) {
            // hears of the bug, or that it was rolled back; or nothing, when somebody else has met the bug
            catchThrowable(() -> engine.call(() -> {
                set(engine, 1, 70);
                if (changesItsMind) {
                    throw new IllegalStateException("it is to be rolled back");
                }
                return 1;
            }));
            int before = scene.amount(db);

            await().ignoreExceptions().until(() -> engine.call(() -> set(engine, 2, 50)) == 1);

            assertThat(scene.amount(db)).isEqualTo(before);
        }
    }

    private static int set(XaEngine engine, int item, int amount) throws SQLException {
        try (Connection connection = engine.dataSource("orders").getConnection();
                Statement statement = connection.createStatement()) {
            return statement.executeUpdate("UPDATE item SET amount = " + amount + " WHERE id = " + item);
        }
    }
}
