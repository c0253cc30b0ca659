package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.replicator.ConflictCheck.Met;
import io.tallystick.cdc.replicator.ConflictCheck.What;
import io.tallystick.cdc.replicator.ConflictDecider.Winner;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Types;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is kept of conflicts, on each database. */
@Databases
class ConflictLogTest {

    private static final int MANY = 1_100;

    private final Jdbc jdbc;
    private final TestRoute route;

    ConflictLogTest(TestDatabase db) {
        this.jdbc = Jdbc.on(db.dataSource());
        Schema.of(jdbc).install("cdc");
        TargetColumn id = new TargetColumn("id", "bigint", 20, Types.BIGINT, false, false);
        TargetTable item = new TargetTable(new TableName("s", "item"), List.of(id), List.of(0), Set.of(), false);
        this.route = new TestRoute(item, List.of(ValueKind.INTEGER));
    }

    private void note(ConflictLog log, long id) {
        jdbc.run(tx -> log.note(tx, route.insert(id), new Met(What.THERE, Winner.SOURCE), new Position("p" + id)));
    }

    @Test
    void the_newest_thousand_are_kept_and_those_of_other_pipelines_are_left_alone() {
        note(new ConflictLog("other/t"), 7);
        ConflictLog log = new ConflictLog("many/t");
        jdbc.run(tx -> {
            for (long id = 1; id <= MANY; id++) {
                log.note(tx, route.insert(id), new Met(What.THERE, Winner.SOURCE), new Position("p" + id));
            }
        });
        PipelineDesk desk = PipelineDesk.at(jdbc, "many", "t");
        assertThat(desk.conflicts(2 * MANY)).hasSizeBetween(ConflictLog.KEPT, ConflictLog.KEPT + 49);
        assertThat(desk.conflicts(2))
                .extracting(PipelineDesk.Conflict::position)
                .containsExactly("p" + MANY, "p" + (MANY - 1));
        assertThat(PipelineDesk.at(jdbc, "other", "t").conflicts(10))
                .singleElement()
                .satisfies(one -> {
                    assertThat(one.table()).isEqualTo("s.item");
                    assertThat(one.key()).contains("\"id\"", "\"7\"");
                    assertThat(one.met()).isEqualTo("there");
                    assertThat(one.winner()).isEqualTo("source");
                });
    }

    @Test
    void what_is_rolled_back_leaves_nothing() {
        ConflictLog log = new ConflictLog("undone/t");
        assertThatThrownBy(() -> jdbc.run(tx -> {
                    log.note(tx, route.insert(1L), new Met(What.GONE, Winner.PARK), new Position("p"));
                    throw new IllegalStateException("undone");
                }))
                .hasMessage("undone");
        assertThat(PipelineDesk.at(jdbc, "undone", "t").conflicts(10)).isEmpty();
    }
}
