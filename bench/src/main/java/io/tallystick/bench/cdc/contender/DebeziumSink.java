package io.tallystick.bench.cdc.contender;

import io.debezium.connector.jdbc.JdbcSinkConnectorTask;
import java.util.List;
import java.util.Map;
import org.apache.kafka.connect.sink.SinkRecord;
import org.apache.kafka.connect.source.SourceRecord;

/** Debezium's JDBC sink, given the batches of the engine at once, without a broker between them. */
final class DebeziumSink implements AutoCloseable {
    private final JdbcSinkConnectorTask task = new JdbcSinkConnectorTask();

    DebeziumSink(Map<String, String> settings) {
        task.initialize(new LoneSinkTask(settings));
        task.start(settings);
    }

    void put(List<SourceRecord> records) {
        task.put(records.stream().map(DebeziumSink::record).toList());
    }

    private static SinkRecord record(SourceRecord record) {
        return new SinkRecord(
                record.topic(),
                0,
                record.keySchema(),
                record.key(),
                record.valueSchema(),
                record.value(),
                0,
                record.timestamp(),
                org.apache.kafka.common.record.TimestampType.CREATE_TIME,
                record.headers());
    }

    @Override
    public void close() {
        task.stop();
    }
}
