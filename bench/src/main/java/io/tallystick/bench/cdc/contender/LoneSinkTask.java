package io.tallystick.bench.cdc.contender;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.PluginMetrics;
import org.apache.kafka.connect.sink.SinkTaskContext;

/** What a sink task sees of the Connect worker that it does not run on. */
record LoneSinkTask(Map<String, String> configs) implements SinkTaskContext {

    @Override
    public void offset(Map<TopicPartition, Long> offsets) {
        throw new UnsupportedOperationException("there is no topic to go back in");
    }

    @Override
    public void offset(TopicPartition partition, long offset) {
        throw new UnsupportedOperationException("there is no topic to go back in");
    }

    @Override
    public void timeout(long millis) {
        // nothing is tried again
    }

    @Override
    public Set<TopicPartition> assignment() {
        return Set.of();
    }

    @Override
    public void pause(TopicPartition... partitions) {
        // it gets what the engine reads
    }

    @Override
    public void resume(TopicPartition... partitions) {
        // it was never paused
    }

    @Override
    public void requestCommit() {
        // each batch is one
    }

    @Override
    public PluginMetrics pluginMetrics() {
        throw new UnsupportedOperationException("nobody looks at metrics");
    }
}
