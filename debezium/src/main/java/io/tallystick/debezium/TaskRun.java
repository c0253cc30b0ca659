package io.tallystick.debezium;

import io.debezium.connector.common.BaseSourceTask;
import io.debezium.connector.common.DebeziumTaskState;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.source.SourceRecord;
import org.apache.kafka.connect.source.SourceTask;
import org.apache.kafka.connect.source.SourceTaskContext;
import org.apache.kafka.connect.storage.OffsetStorageReader;
import org.jspecify.annotations.Nullable;

/**
 * A running task of Debezium. It keeps its offsets nowhere: it is told where to begin, and its records say where it is. For one thread.
 */
final class TaskRun implements AutoCloseable {

    private final SourceTask task;
    private final Context context;
    private @Nullable Map<String, ?> partition;

    private TaskRun(SourceTask task, Context context) {
        this.task = task;
        this.context = context;
    }

    /**
     * Starts the task; what the database refuses at once is thrown here.
     *
     * @param from null to begin without an offset
     */
    static TaskRun start(SourceTask task, Map<String, String> settings, @Nullable Map<String, Object> from) {
        Context context = new Context(settings, from);
        task.initialize(context);
        try {
            task.start(settings);
            if (task instanceof BaseSourceTask<?, ?> debezium
                    && debezium.getTaskState() == DebeziumTaskState.RESTARTING) {
                throw new IllegalStateException("Debezium's task did not start; what stood in its way is in the log");
            }
        } catch (RuntimeException e) {
            stop(task, e);
            throw e;
        }
        return new TaskRun(task, context);
    }

    private static void stop(SourceTask task, RuntimeException failure) {
        try {
            task.stop();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    /** What came within {@code poll.interval.ms}; may be nothing. */
    List<SourceRecord> poll() throws InterruptedException {
        List<SourceRecord> records = task.poll();
        if (records == null || records.isEmpty()) {
            return List.of();
        }
        partition = records.get(0).sourcePartition();
        return records;
    }

    /** Lets the database forget what lies before this offset, with the next poll. Not before the first record has come. */
    boolean commit(Map<String, Object> offset) throws InterruptedException {
        if (partition == null) {
            return false;
        }
        // some connectors read again what was stored, others are told by the record
        context.stored = Map.copyOf(offset);
        task.commitRecord(new SourceRecord(partition, offset, "", null, null), null);
        task.commit();
        return true;
    }

    @Override
    public void close() {
        task.stop();
    }

    /** What Kafka Connect would tell the task; it asks on other threads too. */
    private static final class Context implements SourceTaskContext, OffsetStorageReader {

        private final Map<String, String> configs;
        private volatile @Nullable Map<String, Object> stored;

        Context(Map<String, String> configs, @Nullable Map<String, Object> stored) {
            this.configs = Map.copyOf(configs);
            this.stored = stored;
        }

        @Override
        public Map<String, String> configs() {
            return configs;
        }

        @Override
        public OffsetStorageReader offsetStorageReader() {
            return this;
        }

        @Override
        public @Nullable PluginMetrics pluginMetrics() {
            return null;
        }

        @Override
        public <T> @Nullable Map<String, Object> offset(Map<String, T> of) {
            Map<String, Object> known = stored;
            return known == null ? null : new HashMap<>(known);
        }

        @Override
        public <T> Map<Map<String, T>, Map<String, Object>> offsets(Collection<Map<String, T>> partitions) {
            Map<Map<String, T>, Map<String, Object>> all = new HashMap<>();
            for (Map<String, T> each : partitions) {
                Map<String, Object> known = offset(each);
                if (known != null) {
                    all.put(each, known);
                }
            }
            return all;
        }
    }
}
