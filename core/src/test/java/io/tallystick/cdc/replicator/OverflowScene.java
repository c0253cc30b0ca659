package io.tallystick.cdc.replicator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.spool.DiskSpool;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.crash.FaultyDataSource;
import io.tallystick.testkit.crash.JdbcFault;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A source with a ledger, a pipeline with a spool to a fast and a slow copy of it, and what both should hold. */
abstract class OverflowScene {

    static final Duration LONG = Duration.ofSeconds(120);
    static final PipelineSettings SETTINGS = PipelineSettings.standard()
            .withCopyFirst(false)
            .withGroupChanges(40)
            .withQueueBytes(1 << 16)
            .withProgressEvery(Duration.ofMillis(50))
            .withPauses(Duration.ofMillis(5), Duration.ofMillis(50));

    final TestDatabase db;
    final SourceTable ledger;
    private final RowWriter writer;
    private final Map<String, TargetTable> copies = new LinkedHashMap<>();
    final Map<Long, List<Object>> model = new TreeMap<>();
    /** Rows of some weight fill a spool sooner. */
    String padding = "";

    @TempDir
    Path folder;

    OverflowScene(TestDatabase db) throws SQLException {
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
                "DELETE FROM tally_load",
                "DELETE FROM tally_pause");
    }

    /** One target is away from 20 on, and the source has heard that all is received. */
    void goneRound(RecordedSource source, FaultyDataSource slow) {
        try (DiskSpool spool = spool(source);
                Pipeline pipeline = started(source, slow, spool)) {
            goneRound(pipeline, source, slow);
        }
    }

    void goneRound(Pipeline pipeline, RecordedSource source, FaultyDataSource slow) {
        commit(source, 3, 20);
        awaitApplied(pipeline, "slow", 20);
        slow.failAll(call -> true, JdbcFault.lostRequest());
        commit(source, 4, 2_000);
        awaitApplied(pipeline, "fast", source.size());
        await().atMost(LONG).until(() -> source.acknowledged() == source.size());
    }

    static RecordedSource source() {
        RecordedSource source = new RecordedSource(16);
        source.forgetWhatIsAcknowledged();
        return source;
    }

    DiskSpool spool(ChangeSource source) {
        return spool(source, Duration.ofMillis(300));
    }

    DiskSpool spool(ChangeSource source, Duration patience) {
        return spool(source, folder, patience);
    }

    DiskSpool spool(ChangeSource source, Path at, Duration patience) {
        return DiskSpool.open(
                SpoolSettings.in(at).withLimitBytes(1 << 20).withPatience(patience),
                "test",
                Set.of(ledger.name()),
                source.types());
    }

    Pipeline started(ChangeSource source, DataSource slow, @Nullable PieceSpool spool) {
        List<ReplicatedTarget> targets = new ArrayList<>();
        copies.forEach((name, table) -> targets.add(new ReplicatedTarget(
                name, name.equals("slow") ? slow : db.dataSource(), Dialect.POSTGRESQL, writer, mapping(table))));
        Pipeline pipeline = Pipeline.of("test", source, Set.of(ledger.name()), targets, settings(), spool);
        pipeline.start();
        return pipeline;
    }

    PipelineSettings settings() {
        return SETTINGS;
    }

    ChangeMapping mapping(TargetTable copy) {
        return new MirrorMapping(Map.of(ledger.name(), copy));
    }

    static void awaitApplied(Pipeline pipeline, String target, int transactions) {
        await().atMost(LONG)
                .untilAsserted(() -> assertThat(pipeline.status().targets())
                        .as("%s", pipeline.status())
                        .filteredOn(each -> each.target().equals(target))
                        .extracting(PipelineStatus.TargetStatus::position)
                        .containsExactly(new Position("" + transactions)));
    }

    /** State and reason of one moment: each reading that fails, and each that begins, says something else. */
    static void awaitState(Pipeline pipeline, PipelineStatus.State state, String... reason) {
        await().atMost(LONG).untilAsserted(() -> {
            PipelineStatus status = pipeline.status();
            assertThat(status.state()).as("%s", status).isEqualTo(state);
            assertThat(status.reason()).contains(reason);
        });
    }

    void commit(RecordedSource source, long seed, int transactions) {
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

    void commitLarge(RecordedSource source, int rows) {
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

    Map<Long, List<Object>> rows(String table) throws SQLException {
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

    List<Path> segments() {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".segment"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void emptied() {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
