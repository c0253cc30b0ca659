package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Orders of a person and of the runner at the same moment, and a resync while a target is away. */
@Databases
class NewOrderTest {

    private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
    private static final Order PERSON = new Order("kim", "maintenance", NOW);
    private static final Order RUNNER = new Order(GapPolicy.AUTOMATIC, "lost", NOW);
    private static final ResyncOrder FIRST = new ResyncOrder(1, Set.of());

    private final TestDatabase db;
    private final Dialect dialect;
    private final PipelineBoard here;
    private final PipelineBoard there;

    NewOrderTest(TestDatabase db) throws SQLException {
        this.db = db;
        Jdbc jdbc = Jdbc.on(db.dataSource());
        Schema.of(jdbc).install("cdc");
        this.here = new PipelineBoard(jdbc, "p/here");
        this.there = new PipelineBoard(jdbc, "p/there");
        try (Connection connection = db.connect()) {
            this.dialect = Dialect.of(connection);
        }
    }

    @BeforeEach
    void empty() {
        db.execute("DELETE FROM tally_pipeline", "DELETE FROM tally_pipeline_audit");
    }

    @Test
    void orders_of_the_same_number_do_not_overwrite_each_other() {
        assertThat(here.order(PipelineOrders.NONE.withPause(PERSON), null)).isTrue();
        assertThat(here.order(PipelineOrders.NONE.withResync(RUNNER), null)).isFalse();
        assertThat(here.read().orders().paused()).isEqualTo(PERSON);
    }

    @Test
    void a_pause_that_meets_a_resync_of_the_runner_is_made_on_top_of_it() {
        NewOrder.Given given = whileOrdered(there).give(PipelineOrders.NONE, boards());
        assertThat(given.orders().paused()).isEqualTo(PERSON);
        assertThat(given.orders().resync()).isEqualTo(RUNNER);
        assertThat(given.told()).containsExactly("here", "there");
        assertThat(here.read().orders()).isEqualTo(given.orders());
        assertThat(there.read().orders()).isEqualTo(given.orders());
    }

    @Test
    void a_resync_takes_no_new_position_while_a_target_that_may_have_one_is_away() {
        FaultyDataSource away = FaultyDataSource.around(db.dataSource());
        LeaseKeepers keepers = new LeaseKeepers(
                "p",
                List.of(target("here", db.dataSource()), target("there", away)),
                new LeaseKeeper.Terms("r", Duration.ofSeconds(9), CdcRuntime.real()),
                () -> "{}");
        assertThat(keepers.isBegunNowhere(FIRST)).isTrue();
        away.failAll(call -> true, JdbcFault.lostRequest());
        assertThat(keepers.isBegunNowhere(FIRST)).isFalse();
        here.order(PipelineOrders.NONE.withResync(PERSON), null);
        here.gap("the slot is lost");
        assertThat(keepers.isBegunNowhere(FIRST)).as("the log is lost anyway").isTrue();
    }

    /** A pause, given when the runner orders a resync at one of the targets between the reading and the writing. */
    private static NewOrder whileOrdered(PipelineBoard board) {
        AtomicBoolean met = new AtomicBoolean();
        return NewOrder.pause(PERSON, orders -> {
            if (met.compareAndSet(false, true)) {
                assertThat(board.order(orders.withResync(RUNNER), null)).isTrue();
            }
            return orders.withPause(PERSON);
        });
    }

    private Map<String, PipelineBoard> boards() {
        Map<String, PipelineBoard> boards = new LinkedHashMap<>();
        boards.put("here", here);
        boards.put("there", there);
        return boards;
    }

    private ReplicatedTarget target(String name, DataSource dataSource) {
        RowWriter nobody = (connection, table, verb, changes) -> 0;
        return new ReplicatedTarget(name, dataSource, dialect, nobody, new MirrorMapping(Map.of()));
    }
}
