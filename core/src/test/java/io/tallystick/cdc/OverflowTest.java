package io.tallystick.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.spool.DiskSpool;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcFault;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A target that cannot keep up holds up neither the other targets nor the source's log, and gets every change in the end. */
@Databases(Engine.POSTGRESQL)
class OverflowTest {

    private static final Duration LONG = Duration.ofSeconds(120);
    private static final PipelineSettings SETTINGS = PipelineSettings.standard()
            .withCopyFirst(false)
            .withGroupChanges(40)
            .withQueueBytes(1 << 16)
            .withProgressEvery(Duration.ofMillis(50))
            .withPauses(Duration.ofMillis(5), Duration.ofMillis(50));

    private final TestDatabase db;
    private final SourceTable ledger;
    private final RowWriter writer;
    private final Map<String, TargetTable> copies = new LinkedHashMap<>();
    private final Map<Long, List<Object>> model = new TreeMap<>();
    /** Rows of some weight fill a spool sooner. */
    private String padding = "";

    @TempDir
    private Path folder;

    OverflowTest(TestDatabase db) throws SQLException {
        this.db = db;
        Schema.of(Jdbc.on(db.dataSource())).install("cdc");
        this.ledger = Texts.table(new TableName("public", "ledger"), "n_id", "n_amount", "note");
        try (Connection connection = db.connect()) {
            for (String name : List.of("fast", "slow")) {
                db.execute(
                        "DROP TABLE IF EXISTS " + name,
                        "CREATE TABLE " + name
                                + " (n_id BIGINT PRIMARY KEY, n_amount BIGINT NOT NULL, note VARCHAR(200))");
                copies.put(
                        name,
                        TargetCatalog.of(connection)
                                .read(List.of(TargetCatalog.Wanted.all(new TableName("public", name))))
                                .get(0));
            }
            this.writer = new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard());
        }
    }

    @BeforeEach
    void empty() {
        db.execute(
                "DELETE FROM fast",
                "DELETE FROM slow",
                "DELETE FROM tally_position",
                "DELETE FROM tally_quarantine",
                "DELETE FROM tally_load");
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
            await().atMost(LONG).until(() -> pipeline.status().state() == PipelineStatus.State.NEEDS_RESYNC);
            assertThat(pipeline.status().reason())
                    .contains("wanted after 20", "up to " + source.size(), folder.toString(), "empty");
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
            await().atMost(LONG).until(() -> pipeline.status().state() == PipelineStatus.State.NEEDS_RESYNC);
            assertThat(pipeline.status().reason()).contains("are forgotten", "holds what follows");
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
            await().atMost(LONG).until(() -> pipeline.status().state() == PipelineStatus.State.HELD_UP);
            assertThat(pipeline.status().reason()).contains("is full", folder.toString(), "slow");
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
            await().atMost(LONG).until(() -> pipeline.status().state() == PipelineStatus.State.HELD_UP);
            assertThat(pipeline.status().reason())
                    .contains(
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
            await().atMost(LONG).until(() -> pipeline.status().state() == PipelineStatus.State.HELD_UP);
            assertThat(pipeline.status().reason()).contains(volume.toString(), "it is not there", "by itself");
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
            await().atMost(LONG).until(() -> pipeline.status().state() == PipelineStatus.State.NEEDS_RESYNC);
            assertThat(pipeline.status().reason()).contains("wanted after 20", folder.toString(), "empty");
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

    /** One target is away from 20 on, and the source has heard that all is received. */
    private void goneRound(RecordedSource source, FaultyDataSource slow) {
        try (DiskSpool spool = spool(source);
                Pipeline pipeline = started(source, slow, spool)) {
            goneRound(pipeline, source, slow);
        }
    }

    private void goneRound(Pipeline pipeline, RecordedSource source, FaultyDataSource slow) {
        commit(source, 3, 20);
        awaitApplied(pipeline, "slow", 20);
        slow.failAll(call -> true, JdbcFault.lostRequest());
        commit(source, 4, 2_000);
        awaitApplied(pipeline, "fast", source.size());
        await().atMost(LONG).until(() -> source.acknowledged() == source.size());
    }

    private static RecordedSource source() {
        RecordedSource source = new RecordedSource(16);
        source.forgetWhatIsAcknowledged();
        return source;
    }

    private DiskSpool spool(ChangeSource source) {
        return spool(source, Duration.ofMillis(300));
    }

    private DiskSpool spool(ChangeSource source, Duration patience) {
        return spool(source, folder, patience);
    }

    private DiskSpool spool(ChangeSource source, Path at, Duration patience) {
        return DiskSpool.open(
                SpoolSettings.in(at).withLimitBytes(1 << 20).withPatience(patience),
                "test",
                Set.of(ledger.name()),
                source.types());
    }

    private Pipeline started(ChangeSource source, DataSource slow, PieceSpool spool) {
        List<ReplicatedTarget> targets = new ArrayList<>();
        copies.forEach((name, table) -> targets.add(new ReplicatedTarget(
                name,
                name.equals("slow") ? slow : db.dataSource(),
                Dialect.POSTGRESQL,
                writer,
                new MirrorMapping(Map.of(ledger.name(), table)))));
        Pipeline pipeline = Pipeline.of("test", source, Set.of(ledger.name()), targets, SETTINGS, spool);
        pipeline.start();
        return pipeline;
    }

    private static void awaitApplied(Pipeline pipeline, String target, int transactions) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(pipeline.status().targets())
                        .as("%s", pipeline.status())
                        .filteredOn(each -> each.target().equals(target))
                        .extracting(PipelineStatus.TargetStatus::position)
                        .containsExactly(new Position("" + transactions)));
    }

    private void commit(RecordedSource source, long seed, int transactions) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < transactions; i++) {
            int size = random.nextInt(20) == 0 ? 60 : 1 + random.nextInt(4);
            List<Change> changes = new ArrayList<>();
            for (int j = 0; j < size; j++) {
                changes.add(randomChange(random));
            }
            source.commit(changes);
        }
    }

    private void commitLarge(RecordedSource source, int rows) {
        List<Change> changes = new ArrayList<>();
        for (long id = 1_000; id < 1_000 + rows; id++) {
            String note = "x".repeat(190);
            model.put(id, List.of(id, note));
            changes.add(Change.insert(Texts.row(ledger, id, id, note)));
        }
        source.commit(changes);
    }

    private Change randomChange(SplittableRandom random) {
        long id = random.nextInt(80);
        long amount = random.nextInt(1000);
        List<Object> before = model.get(id);
        if (before == null) {
            String note = "n" + amount + padding;
            model.put(id, List.of(amount, note));
            return Change.insert(Texts.row(ledger, id, amount, note));
        }
        if (random.nextInt(4) == 0) {
            model.remove(id);
            return Change.delete(Texts.row(ledger, id, null, null));
        }
        model.put(id, List.of(before.get(0) instanceof Long old ? old + amount : amount, before.get(1)));
        return Change.update(null, Texts.row(ledger, id, model.get(id).get(0), Texts.UNCHANGED));
    }

    private Map<Long, List<Object>> rows(String table) throws SQLException {
        Map<Long, List<Object>> rows = new TreeMap<>();
        try (Connection connection = db.connect();
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT n_id, n_amount, note FROM " + table)) {
            while (result.next()) {
                rows.put(result.getLong(1), List.of(result.getLong(2), result.getString(3)));
            }
        }
        return rows;
    }

    private List<Path> segments() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".segment"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void emptied() {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
