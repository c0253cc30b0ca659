package io.tallystick.debezium;

import io.tallystick.cdc.CdcEngine;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.replicator.MirrorMapping;
import io.tallystick.cdc.replicator.Pipeline;
import io.tallystick.cdc.replicator.PipelineSettings;
import io.tallystick.cdc.replicator.ReplicatedTarget;
import io.tallystick.jdbc.Dialect;
import io.tallystick.postgres.cdc.PostgresCdc;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;

/** Whole pipelines from a PostgreSQL that Debezium reads to another one. */
final class DebeziumPipelines {

    private DebeziumPipelines() {}

    static Pipeline of(DebeziumChangeSource source, DataSource copy, Set<TableName> tables) throws SQLException {
        CdcEngine engine = new PostgresCdc();
        Map<TableName, TargetTable> routes = new HashMap<>();
        try (Connection connection = copy.getConnection()) {
            for (TableName table : tables) {
                routes.put(
                        table,
                        TargetCatalog.of(connection)
                                .read(List.of(TargetCatalog.Wanted.all(table)))
                                .get(0));
            }
        }
        ReplicatedTarget target = new ReplicatedTarget(
                "copy",
                copy,
                Dialect.POSTGRESQL,
                engine.writer("jdbc:postgresql:", ConversionPolicy.standard()),
                new MirrorMapping(routes));
        return Pipeline.of(
                "through",
                source,
                tables,
                List.of(target),
                PipelineSettings.standard().withPauses(Duration.ofMillis(5), Duration.ofMillis(50)));
    }
}
