package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.spool.DiskSpool;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** A target that cannot keep up holds up neither the other targets nor the source's log, and gets every change in the end. */
@Databases(Engine.POSTGRESQL)
class OverflowTest extends OverflowScene {

    OverflowTest(TestDatabase db) throws SQLException {
        super(db);
    }

    @Test
    void while_one_target_is_away_the_other_goes_on_and_the_source_may_forget() throws SQLException {
        RecordedSource source = source();
        FaultyDataSource slow = FaultyDataSource.around(db.dataSource());
        try (DiskSpool spool = spool(source);
                Pipeline pipeline = started(source, slow, spool)) {
            commit(source, 3, 20);
            awaitApplied(pipeline, "slow", 20);
            slow.failAll(call -> true, JdbcFault.lostRequest());
            commit(source, 4, 3_000);
            awaitApplied(pipeline, "fast", source.size());
            await().atMost(LONG).until(() -> source.acknowledged() == source.size());
            await().atMost(LONG).until(() -> pipeline.status().spool().targets().equals(List.of("slow")));
            assertThat(rows("fast")).isEqualTo(model);
            assertThat(rows("slow")).isNotEqualTo(model);
            slow.heal();
            awaitApplied(pipeline, "slow", source.size());
            assertThat(rows("slow")).isEqualTo(model);
            await().atMost(LONG).until(() -> pipeline.status().spool().targets().isEmpty());
            commit(source, 5, 100);
            awaitApplied(pipeline, "slow", source.size());
            awaitApplied(pipeline, "fast", source.size());
            assertThat(rows("slow")).isEqualTo(model);
            await().atMost(LONG).until(() -> pipeline.status().spool().bytes() == 0);
        }
    }

    @Test
    void whatever_is_cut_restarted_or_away_both_end_as_the_source() throws SQLException {
        RecordedSource source = source();
        SplittableRandom chance = new SplittableRandom(5);
        FaultyDataSource slow = FaultyDataSource.around(db.dataSource());
        commit(source, 6, 200);
        for (int round = 0; round < 4; round++) {
            source.cutAfter(250 + chance.nextInt(400));
            boolean away = round % 2 == 0;
            if (away) {
                slow.failAll(call -> true, JdbcFault.lostRequest());
            } else {
                slow.heal();
                slow.failAll(call -> chance.nextInt(200) == 0, JdbcFault.lostReply());
            }
            try (DiskSpool spool = spool(source);
                    Pipeline pipeline = started(source, slow, spool)) {
                commit(source, 100 + round, 300);
                awaitApplied(pipeline, "fast", source.size());
            }
        }
        slow.heal();
        source.cutAfter(Long.MAX_VALUE);
        try (DiskSpool spool = spool(source);
                Pipeline pipeline = started(source, slow, spool)) {
            awaitApplied(pipeline, "slow", source.size());
            awaitApplied(pipeline, "fast", source.size());
        }
        assertThat(rows("fast")).isEqualTo(model);
        assertThat(rows("slow")).isEqualTo(model);
    }

    @Test
    void a_spool_that_is_lost_is_a_gap_that_is_named_and_nothing_is_passed_over() throws SQLException {
        RecordedSource source = source();
        FaultyDataSource slow = FaultyDataSource.around(db.dataSource());
        goneRound(source, slow);
        emptied();
        Map<Long, List<Object>> before = rows("slow");
        slow.heal();
        try (DiskSpool spool = spool(source);
                Pipeline pipeline = started(source, slow, spool)) {
            awaitState(
                    pipeline,
                    PipelineStatus.State.NEEDS_RESYNC,
                    "wanted after 20",
                    "up to " + source.size(),
                    folder.toString(),
                    "empty");
            assertThat(rows("slow")).isEqualTo(before);
        }
    }

    @Test
    void a_damaged_spool_gives_what_is_sound_and_the_rest_is_a_gap() throws IOException {
        RecordedSource source = source();
        FaultyDataSource slow = FaultyDataSource.around(db.dataSource());
        goneRound(source, slow);
        slow.heal();
        Path segment = segments().get(0);
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length / 2] ^= 4;
        Files.write(segment, bytes);
        try (DiskSpool spool = spool(source);
                Pipeline pipeline = started(source, slow, spool)) {
            awaitState(pipeline, PipelineStatus.State.NEEDS_RESYNC, "are forgotten", "holds what follows");
        }
    }

    @Test
    void a_full_spool_holds_the_reading_up_says_so_and_loses_nothing() throws SQLException {
        RecordedSource source = source();
        FaultyDataSource slow = FaultyDataSource.around(db.dataSource());
        try (DiskSpool spool = spool(source);
                Pipeline pipeline = started(source, slow, spool)) {
            commit(source, 3, 20);
            awaitApplied(pipeline, "slow", 20);
            slow.failAll(call -> true, JdbcFault.lostRequest());
            padding = "x".repeat(180);
            commit(source, 4, 6_000);
            awaitState(pipeline, PipelineStatus.State.HELD_UP, "is full", folder.toString(), "slow");
            assertThat(source.acknowledged()).isLessThan(source.size());
            slow.heal();
            awaitApplied(pipeline, "slow", source.size());
            awaitApplied(pipeline, "fast", source.size());
            await().atMost(LONG).until(() -> pipeline.status().state() == PipelineStatus.State.RUNNING);
        }
        assertThat(rows("fast")).isEqualTo(model);
        assertThat(rows("slow")).isEqualTo(model);
    }

    @Test
    void a_transaction_larger_than_the_whole_spool_is_named_and_waits_and_arrives_when_its_target_is_back()
            throws SQLException {
        RecordedSource source = source();
        FaultyDataSource slow = FaultyDataSource.around(db.dataSource());
        try (DiskSpool spool = spool(source);
                Pipeline pipeline = started(source, slow, spool)) {
            commit(source, 3, 20);
            awaitApplied(pipeline, "slow", 20);
            slow.failAll(call -> true, JdbcFault.lostRequest());
            commit(source, 4, 100);
            commitLarge(source, 8_000);
            commit(source, 5, 100);
            awaitState(
                    pipeline,
                    PipelineStatus.State.HELD_UP,
                    "transaction t120",
                    "larger than the whole spool",
                    folder.toString(),
                    "is " + (1 << 20) + " (spool: limit)",
                    "slow");
            assertThat(spool.bytes()).isLessThanOrEqualTo(1 << 20);
            assertThat(source.acknowledged()).isLessThanOrEqualTo(120);
            slow.heal();
            awaitApplied(pipeline, "slow", source.size());
            awaitApplied(pipeline, "fast", source.size());
            await().atMost(LONG).until(() -> pipeline.status().state() == PipelineStatus.State.RUNNING);
        }
        assertThat(rows("fast")).isEqualTo(model);
        assertThat(rows("slow")).isEqualTo(model);
    }

    @Test
    void a_folder_that_is_away_for_a_while_is_named_and_nothing_that_lies_there_is_lost()
            throws SQLException, IOException {
        RecordedSource source = source();
        FaultyDataSource slow = FaultyDataSource.around(db.dataSource());
        Path volume = folder.resolve("volume");
        Path elsewhere = folder.resolve("elsewhere");
        try (DiskSpool spool = spool(source, volume, Duration.ofMillis(300));
                Pipeline pipeline = started(source, slow, spool)) {
            goneRound(pipeline, source, slow);
            Files.move(volume, elsewhere);
            commit(source, 5, 100);
            awaitState(pipeline, PipelineStatus.State.HELD_UP, volume.toString(), "it is not there", "by itself");
            assertThat(source.acknowledged()).isLessThan(source.size());
            Files.move(elsewhere, volume);
            slow.heal();
            awaitApplied(pipeline, "slow", source.size());
            awaitApplied(pipeline, "fast", source.size());
            await().atMost(LONG).until(() -> pipeline.status().state() == PipelineStatus.State.RUNNING);
        }
        assertThat(rows("fast")).isEqualTo(model);
        assertThat(rows("slow")).isEqualTo(model);
    }

    @Test
    void a_spool_that_is_emptied_while_it_is_in_use_is_a_gap_and_the_source_is_told_nothing_more() throws SQLException {
        RecordedSource source = source();
        FaultyDataSource slow = FaultyDataSource.around(db.dataSource());
        try (DiskSpool spool = spool(source);
                Pipeline pipeline = started(source, slow, spool)) {
            goneRound(pipeline, source, slow);
            long told = source.acknowledged();
            emptied();
            commit(source, 5, 100);
            awaitState(pipeline, PipelineStatus.State.NEEDS_RESYNC, "wanted after 20", folder.toString(), "empty");
            assertThat(source.acknowledged()).isEqualTo(told);
        }
    }

    @Test
    void without_a_target_that_is_away_nothing_goes_to_disk() throws SQLException {
        RecordedSource source = source();
        // more patience than any machine is busy for
        try (DiskSpool spool = spool(source, Duration.ofMinutes(10));
                Pipeline pipeline = started(source, db.dataSource(), spool)) {
            commit(source, 9, 2_000);
            awaitApplied(pipeline, "slow", source.size());
            awaitApplied(pipeline, "fast", source.size());
            assertThat(segments()).isEmpty();
        }
        assertThat(rows("slow")).isEqualTo(model);
    }
}
