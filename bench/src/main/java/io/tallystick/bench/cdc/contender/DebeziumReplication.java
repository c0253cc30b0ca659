package io.tallystick.bench.cdc.contender;

import io.tallystick.testkit.db.Engine;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Debezium's embedded engine, with its JDBC sink right behind it or with nobody who does anything with what was read. */
final class DebeziumReplication implements Replication {
    /** A table into which a row is written to see that the engine reads. */
    static final String MARK = "mark";

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private final Line line;
    private final boolean withSink;
    private final AtomicLong changes = new AtomicLong();
    private @Nullable Path directory;
    private @Nullable DebeziumSink sink;
    private @Nullable DebeziumRun run;

    DebeziumReplication(Line line, boolean withSink) {
        this.line = line;
        this.withSink = withSink;
    }

    @Override
    public void prepare() throws Exception {
        directory = Files.createTempDirectory("tally-bench-debezium-");
        if (line.source().engine() == Engine.POSTGRESQL) {
            slot().create();
        } else {
            findBeginning();
        }
    }

    private PostgresSlot slot() {
        return new PostgresSlot(line.source(), line.name());
    }

    /** A binary log remembers no reader: the engine runs until it has noted a place from which it can go on. */
    private void findBeginning() throws IOException, InterruptedException {
        CountDownLatch noted = new CountDownLatch(1);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (DebeziumRun first = run(records -> {
            if (records.stream().anyMatch(record -> isOf(record, MARK))) {
                noted.countDown();
            }
        })) {
            first.start();
            do {
                first.check();
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("Debezium reads nothing after " + PATIENCE.toSeconds() + " s");
                }
                line.source().execute("INSERT INTO " + MARK + " SELECT coalesce(max(id), 0) + 1 FROM " + MARK);
            } while (!noted.await(200, TimeUnit.MILLISECONDS));
        }
    }

    @Override
    public void start() {
        if (withSink) {
            sink = new DebeziumSink(DebeziumSettings.sink(line));
        }
        run = run(this::take);
        run.start();
    }

    private DebeziumRun run(Consumer<List<SourceRecord>> consumer) {
        if (directory == null) {
            throw new IllegalStateException("line " + line.name() + " was not prepared");
        }
        return new DebeziumRun(DebeziumSettings.engine(line, directory), consumer);
    }

    private void take(List<SourceRecord> records) {
        List<SourceRecord> ours =
                records.stream().filter(record -> isOf(record, Line.TABLE)).toList();
        if (sink != null && !ours.isEmpty()) {
            sink.put(ours);
        }
        changes.addAndGet(ours.size());
    }

    private static boolean isOf(SourceRecord record, String table) {
        return record.topic().endsWith("." + table) && record.value() != null;
    }

    @Override
    public long counted() {
        return changes.get();
    }

    @Override
    public void check() {
        if (run != null) {
            run.check();
        }
    }

    @Override
    public void close() throws IOException, InterruptedException, SQLException {
        if (run != null) {
            run.close();
        }
        if (sink != null) {
            sink.close();
        }
        if (line.source().engine() == Engine.POSTGRESQL) {
            slot().drop();
        }
        if (directory != null) {
            try (Stream<Path> files = Files.walk(directory)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(file -> file.toFile().delete());
            }
        }
    }
}
