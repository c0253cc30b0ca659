package io.tallystick.cdc.replicator;

import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.BatchWriter;
import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.Dialect;
import io.tallystick.testkit.Background;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;

/** A database with one table as the target {@code db} of a pipeline, whose positions are numbers. */
final class OneTable {

    private static final Duration LONG = Duration.ofSeconds(120);

    private OneTable() {}

    static ReplicatedTarget mirrored(TestDatabase db, TableName name) throws SQLException {
        return mirrored(db, db.dataSource(), name);
    }

    /** @param way to this database, as the pipeline goes it */
    static ReplicatedTarget mirrored(TestDatabase db, DataSource way, TableName name) throws SQLException {
        try (Connection connection = db.connect()) {
            TargetTable table = TargetCatalog.of(connection)
                    .read(List.of(TargetCatalog.Wanted.all(name)))
                    .get(0);
            return new ReplicatedTarget(
                    "db",
                    way,
                    Dialect.of(connection),
                    new BatchWriter(TargetDialect.of(connection), ConversionPolicy.standard()),
                    new MirrorMapping(Map.of(name, table)));
        }
    }

    /** Has a loop of its own apply what lies in the queue up to this position; it has ended when this returns. */
    static TargetProgress applied(ReplicatedTarget target, PieceQueue queue, int groupChanges, Position last) {
        TargetProgress progress = new TargetProgress("db");
        TargetLoop loop = new TargetLoop(
                target,
                new Alone(OneTable::covers),
                queue,
                PipelineSettings.standard().withGroupChanges(groupChanges),
                progress);
        CompletableFuture<Void> runs = Background.run(loop);
        try {
            await().atMost(LONG).until(() -> last.equals(progress.durable()));
        } finally {
            loop.stop();
            runs.join();
        }
        return progress;
    }

    /** Whether the first position contains the second. */
    static boolean covers(Position one, Position other) {
        return Integer.parseInt(one.text()) >= Integer.parseInt(other.text());
    }
}
