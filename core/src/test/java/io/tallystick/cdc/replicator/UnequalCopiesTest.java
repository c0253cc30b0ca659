package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Two targets that have come differently far with the copy of a table when the reading begins anew. */
@Databases(Engine.POSTGRESQL)
class UnequalCopiesTest extends OverflowScene {

    UnequalCopiesTest(TestDatabase db) throws SQLException {
        super(db);
    }

    @Test
    void a_copy_goes_on_where_the_slower_target_stands_and_does_not_begin_at_the_beginning() throws SQLException {
        RecordedSource source = source();
        commit(source, 3, 40);
        commitLarge(source, 60);
        try (Pipeline pipeline = started(source, db.dataSource(), null)) {
            awaitApplied(pipeline, "slow", source.size());
            awaitApplied(pipeline, "fast", source.size());
        }
        copiedUpTo("fast", 1_030);
        copiedUpTo("slow", 1_003);
        source.copyable(ledger, 5);
        source.shows();
        try (Pipeline pipeline = started(source, db.dataSource(), null)) {
            await().atMost(LONG).untilAsserted(() -> assertThat(states()).containsExactly("done", "done"));
            awaitApplied(pipeline, "slow", source.size());
        }
        assertThat(source.copiedBehind(List.of("1003"))).isTrue();
        assertThat(rows("fast")).isEqualTo(model);
        assertThat(rows("slow")).isEqualTo(model);
    }

    /** What lies behind is not there yet. */
    private void copiedUpTo(String target, int key) {
        db.execute(
                "DELETE FROM " + target + " WHERE n_id > " + key,
                "INSERT INTO tally_load (pipeline, source, done_to, done_rows, state, changed_at) VALUES ('test/"
                        + target + "', 'public.ledger', '[\"" + key + "\"]', " + key + ", 'loading', now())");
    }

    private List<String> states() {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query("SELECT state FROM tally_load", row -> row.string("state")));
    }
}
