package io.tallystick.bench.cdc.contender;

import io.debezium.embedded.Connect;
import io.debezium.engine.DebeziumEngine;
import io.debezium.engine.RecordChangeEvent;
import io.debezium.engine.format.ChangeEventFormat;
import io.debezium.engine.spi.OffsetCommitPolicy;
import java.io.IOException;
import java.util.List;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

/** Debezium's embedded engine on a thread of its own. The consumer gets whole batches; a batch counts as done when it returns. */
final class DebeziumRun implements AutoCloseable {
    private final DebeziumEngine<RecordChangeEvent<SourceRecord>> engine;
    private final Worker worker;
    private volatile boolean ending;
    private volatile @Nullable String failure;

    DebeziumRun(Properties settings, Consumer<List<SourceRecord>> consumer) {
        this.engine = DebeziumEngine.create(ChangeEventFormat.of(Connect.class))
                .using(settings)
                .using(OffsetCommitPolicy.always())
                .using((success, message, error) -> completed(success, message, error))
                .notifying((events, committer) -> {
                    consumer.accept(
                            events.stream().map(RecordChangeEvent::record).toList());
                    for (RecordChangeEvent<SourceRecord> event : events) {
                        committer.markProcessed(event);
                    }
                    committer.markBatchFinished();
                })
                .build();
        this.worker = new Worker("debezium", engine::run);
    }

    void start() {
        worker.start();
    }

    void check() {
        worker.check();
        if (failure != null) {
            throw new IllegalStateException("Debezium's engine has ended: " + failure);
        }
    }

    private void completed(boolean success, @Nullable String message, @Nullable Throwable error) {
        if (!ending) {
            failure = success ? "without an error" : message + ", " + error;
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        ending = true;
        worker.ask();
        engine.close();
        worker.end();
    }
}
