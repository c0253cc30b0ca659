package io.tallystick.bench.cdc.contender;

import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/**
 * Settings of Debezium, as fast as it can be set without giving up what its documentation promises: large batches, no waiting between
 * two polls, offsets stored after each batch. They stand in docs/performance.md.
 */
final class DebeziumSettings {
    private DebeziumSettings() {}

    /** Of the engine; the directory keeps what must outlive one run. */
    static Properties engine(Line line, Path directory) {
        TestDatabase source = line.source();
        Properties settings = new Properties();
        settings.setProperty("name", line.name());
        settings.setProperty("topic.prefix", line.name());
        settings.setProperty("database.hostname", source.host());
        settings.setProperty("database.port", Integer.toString(source.port()));
        settings.setProperty("database.user", source.user());
        settings.setProperty("database.password", source.password());
        settings.setProperty("snapshot.mode", "no_data");
        settings.setProperty("tombstones.on.delete", "false");
        settings.setProperty("max.batch.size", "8192");
        settings.setProperty("max.queue.size", "32768");
        settings.setProperty("poll.interval.ms", "1");
        settings.setProperty("offset.storage", "org.apache.kafka.connect.storage.FileOffsetBackingStore");
        settings.setProperty(
                "offset.storage.file.filename", directory.resolve("offsets").toString());
        settings.setProperty("offset.flush.interval.ms", "0");
        settings.putAll(source.engine() == Engine.POSTGRESQL ? postgres(line) : mariadb(line, directory));
        return settings;
    }

    private static Map<String, String> postgres(Line line) {
        return Map.of(
                "connector.class",
                "io.debezium.connector.postgresql.PostgresConnector",
                "database.dbname",
                line.source().name(),
                "plugin.name",
                "pgoutput",
                "slot.name",
                line.name(),
                "publication.name",
                line.name(),
                "publication.autocreate.mode",
                "disabled",
                "table.include.list",
                "public." + Line.TABLE);
    }

    private static Map<String, String> mariadb(Line line, Path directory) {
        String database = line.source().name();
        return Map.of(
                "connector.class", "io.debezium.connector.mariadb.MariaDbConnector",
                "database.server.id",
                        Integer.toString(10_000 + Math.abs(line.name().hashCode() % 10_000)),
                "database.ssl.mode", "disable",
                "database.include.list", database,
                "table.include.list", database + "." + Line.TABLE + "," + database + "." + DebeziumReplication.MARK,
                "include.schema.changes", "false",
                "snapshot.locking.mode", "none",
                "schema.history.internal", "io.debezium.storage.file.history.FileSchemaHistory",
                "schema.history.internal.file.filename",
                        directory.resolve("history").toString());
    }

    /** Of the JDBC sink. */
    static Map<String, String> sink(Line line) {
        TestDatabase target = line.target();
        boolean postgres = target.engine() == Engine.POSTGRESQL;
        Map<String, String> settings = new HashMap<>();
        settings.put("name", line.name());
        settings.put("topics", line.name());
        settings.put(
                "connection.url", target.url() + (postgres ? "?reWriteBatchedInserts=true" : "?useBulkStmts=true"));
        settings.put("connection.username", target.user());
        settings.put("connection.password", target.password());
        settings.put("collection.name.format", Line.TABLE);
        settings.put("insert.mode", "upsert");
        settings.put("delete.enabled", "true");
        settings.put("primary.key.mode", "record_key");
        settings.put("schema.evolution", "none");
        settings.put("batch.size", "5000");
        settings.put("use.reduction.buffer", "true");
        // its statements over arrays fail on dates and on columns that are arrays themselves
        settings.put("dialect.postgres.unnest.insert.enabled", Boolean.toString(postgres && line.plain()));
        return settings;
    }
}
