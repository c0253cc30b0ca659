package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.spool.DiskSpool;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A table goes away, and comes back with the rows that it had, while its target gets from the spool what it gets. */
@Databases(Engine.POSTGRESQL)
class LeftOutSpoolTest extends OverflowScene {

    LeftOutSpoolTest(TestDatabase db) throws SQLException {
        super(db);
    }

    @Override
    PipelineSettings settings() {
        return SETTINGS.withCopyFirst(true);
    }

    @Override
    ChangeMapping mapping(TargetTable copy) {
        return new WatchedTable(db, ledger, copy.name());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void what_was_spooled_of_a_table_that_is_left_out_is_passed_over_and_its_copy_is_whole_also_over_a_restart(
            boolean backOnTheWayRound) throws SQLException {
        db.execute("DROP TABLE IF EXISTS away");
        RecordedSource source = source();
        commit(source, 3, 60);
        source.copyable(ledger, 7);
        FaultyDataSource slow = FaultyDataSource.around(db.dataSource());
        try (DiskSpool spool = spool(source);
                Pipeline pipeline = started(source, slow, spool)) {
            awaitWhole(pipeline, source);
            goRound(pipeline, source, slow, 4);
            db.execute("ALTER TABLE slow RENAME TO away");
            slow.heal();
            await().atMost(LONG).until(() -> count("tally_pause WHERE copied_after IS NULL") == 1);
            goRound(pipeline, source, slow, 5);
        }
        try (DiskSpool spool = spool(source);
                Pipeline pipeline = started(source, slow, spool)) {
            goRound(pipeline, source, slow, 6);
            if (backOnTheWayRound) {
                db.execute("ALTER TABLE away RENAME TO slow");
                slow.heal();
            } else {
                slow.heal();
                awaitApplied(pipeline, "slow", source.size());
                await().atMost(LONG)
                        .until(() -> pipeline.status().spool().targets().isEmpty());
                db.execute("ALTER TABLE away RENAME TO slow");
            }
            commit(source, 8, 200);
            awaitWhole(pipeline, source);
        }
    }

    /** The target does not answer any more, and the source has heard that all is received. */
    private void goRound(Pipeline pipeline, RecordedSource source, FaultyDataSource slow, long seed) {
        slow.failAll(call -> true, JdbcFault.lostRequest());
        commit(source, seed, 800);
        awaitApplied(pipeline, "fast", source.size());
        await().atMost(LONG).until(() -> source.acknowledged() == source.size());
        await().atMost(LONG).until(() -> pipeline.status().spool().targets().equals(List.of("slow")));
    }

    private void awaitWhole(Pipeline pipeline, RecordedSource source) throws SQLException {
        // by chance no chunk may see the last commits for long
        source.shows();
        await().atMost(LONG)
                .until(() -> count("tally_load WHERE state = 'done'") == 2
                        && count("tally_load") == 2
                        && count("tally_pause") == 0);
        for (String target : List.of("fast", "slow")) {
            awaitApplied(pipeline, target, source.size());
            assertThat(rows(target)).isEqualTo(model);
        }
        assertThat(count("tally_quarantine")).isZero();
    }

    private long count(String of) {
        return Jdbc.on(db.dataSource())
                .autocommit(tx -> tx.query("SELECT COUNT(*) AS n FROM " + of, row -> row.longValue("n")))
                .get(0);
    }
}
