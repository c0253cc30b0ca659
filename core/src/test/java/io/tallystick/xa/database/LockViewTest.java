package io.tallystick.xa.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.database.LockView.Block;
import io.tallystick.xa.database.LockView.Holder;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A writer that really waits for a prepared branch that nobody finishes. */
class LockViewTest {

    abstract static class Contract {
        private final TestDatabase db;

        Contract(TestDatabase db) {
            this.db = db;
        }

        @Test
        void a_prepared_branch_is_seen_with_the_writer_that_it_blocks() throws SQLException {
            try (PreparedScene scene = new PreparedScene(db)) {
                LockView view = LockView.on(Jdbc.on(db.dataSource()));
                assertThat(view.blocks()).isEmpty();
                Gtrid gtrid = scene.gtrid();
                Voted left = scene.prepare(scene.ordersDriver, gtrid, 1, 70);
                CompletableFuture<?> writer =
                        Background.run(() -> db.execute("UPDATE item SET amount = amount + 1 WHERE id = 1"));

                await().until(() -> !view.blocks().isEmpty());
                List<Block> blocks = view.blocks();
                assertThat(blocks).hasSize(1);
                Block block = blocks.get(0);
                assertThat(block.holder().isPrepared()).isTrue();
                assertThat(block.holder().branches()).containsExactly(left.xid());
                assertThat(block.table()).contains("item");
                assertThat(block.statement()).contains("UPDATE item SET amount = amount + 1");
                assertThat(block.waited()).isBetween(Duration.ZERO, Duration.ofMinutes(5));

                scene.ordersDriver.rollback(left.xid(), left.hint(), PreparedScene.BUDGET);
                writer.orTimeout(60, TimeUnit.SECONDS).join();
                // MariaDB's view is as old as the look before it, if that was less than 0.1 s ago
                await().until(() -> view.blocks().isEmpty());
                assertThat(scene.amount(db)).isEqualTo(101);
            }
        }

        @Test
        void a_holder_that_is_none_of_ours_is_named_where_the_database_says_who_it_is() throws SQLException {
            try (PreparedScene scene = new PreparedScene(db)) {
                LockView view = LockView.on(Jdbc.on(db.dataSource()));
                StrangersTest.prepare(db, "'it''s by hand'", "UPDATE item SET amount = 50 WHERE id = 1");
                CompletableFuture<?> writer =
                        Background.run(() -> db.execute("UPDATE item SET amount = amount + 1 WHERE id = 1"));

                await().until(() -> !view.blocks().isEmpty());
                Holder holder = view.blocks().get(0).holder();
                assertThat(holder.isPrepared()).isTrue();
                assertThat(holder.branches()).isEmpty();
                assertThat(holder.stranger()).isEqualTo(db.engine() == Engine.POSTGRESQL ? "'it''s by hand'" : "");

                StrangersTest.rollback(db, "'it''s by hand'");
                writer.orTimeout(60, TimeUnit.SECONDS).join();
                assertThat(scene.amount(db)).isEqualTo(101);
            }
        }
    }

    @Nested
    @Databases(
            value = {Engine.POSTGRESQL, Engine.MARIADB},
            ownServer = true)
    class OnPostgresAndMariaDb extends Contract {
        OnPostgresAndMariaDb(TestDatabase db) {
            super(db);
        }
    }

    @Nested
    @Databases(value = Engine.MYSQL, settings = "performance-schema=ON")
    class OnMySql extends Contract {
        OnMySql(TestDatabase db) {
            super(db);
        }
    }

    @Nested
    @Databases(Engine.MYSQL)
    class OnMySqlWithoutItsPerformanceSchema {
        @Test
        void it_is_said_what_to_switch_on(TestDatabase db) {
            assertThatThrownBy(() -> LockView.on(Jdbc.on(db.dataSource())).blocks())
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("performance_schema = ON");
        }
    }
}
