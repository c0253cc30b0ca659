package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Orders to copy a table, given while it is being copied. */
@Databases
class LoadRowsTest {

    private static final TableName TABLE = new TableName("s", "t");
    private static final KeySpan PART = new KeySpan(TABLE, List.of("10"), List.of("20"));

    private final TestDatabase db;
    private final Jdbc jdbc;

    LoadRowsTest(TestDatabase db) {
        this.db = db;
        this.jdbc = Jdbc.on(db.dataSource());
        Schema.of(jdbc).install("cdc");
    }

    @BeforeEach
    void empty() {
        db.execute("DELETE FROM tally_load");
    }

    @Test
    void a_sweeping_copy_that_has_to_begin_anew_goes_on_sweeping() {
        inTransaction(loads -> {
            loads.resync(Set.of(TABLE));
            loads.order(Set.of(TABLE));
            return loads.open();
        });
        assertThat(open().sweeps()).isTrue();
    }

    @Test
    void a_chunk_of_a_part_does_not_end_the_whole_copy_that_was_ordered_meanwhile() {
        inTransaction(loads -> {
            loads.order(PART, false);
            return loads.open();
        });
        LoadState before = open();
        inTransaction(loads -> {
            loads.order(KeySpan.all(TABLE), false);
            return loads.open();
        });
        boolean counted = inTransaction(loads -> loads.moved(before, before, true));
        assertThat(counted).isFalse();
        assertThat(open().to()).isNull();
    }

    @Test
    void a_part_of_a_table_that_is_being_copied_is_refused_before_anything_is_ordered() {
        PipelineDesk desk = PipelineDesk.at(jdbc, "p", "t");
        desk.examineResync(List.of(PART));
        desk.resync(List.of(PART), true, new PipelineOrders.Order("somebody", "wants it", Instant.EPOCH));
        assertThatThrownBy(() -> desk.examineResync(List.of(PART)))
                .isInstanceOf(RejectedException.class)
                .hasMessageContaining("is being copied");
    }

    private LoadState open() {
        return inTransaction(LoadRows::open).get(0);
    }

    private <T> T inTransaction(Function<LoadRows, T> work) {
        return jdbc.inTransaction(tx -> work.apply(new LoadRows(tx, "p/t")));
    }
}
