package io.tallystick.postgres.cdc;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.replicator.MirrorMapping;
import io.tallystick.cdc.replicator.Pipeline;
import io.tallystick.cdc.replicator.PipelineSettings;
import io.tallystick.cdc.replicator.ReplicatedTarget;
import io.tallystick.cdc.spool.DiskSpool;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Dialect;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** A pipeline to a fast and a slow target in a process of its own, until it is killed. */
final class SpoolChild {

    static final TableName LEDGER = new TableName("public", "ledger");

    private SpoolChild() {}

    /** A database: URL, user and password. */
    record Place(String url, String user, String password) {

        DataSource dataSource() {
            PGSimpleDataSource source = new PGSimpleDataSource();
            source.setUrl(url);
            source.setUser(user);
            source.setPassword(password);
            return source;
        }
    }

    public static void main(String[] args) throws SQLException {
        PostgresChangeSource source = source(place(args, 0));
        Pipeline pipeline = pipeline(
                source, place(args, 3).dataSource(), place(args, 6).dataSource(), spool(source, Path.of(args[9])));
        pipeline.start();
        while (true) {
            System.out.println(pipeline.status());
            LockSupport.parkNanos(200_000_000L);
        }
    }

    private static Place place(String[] args, int at) {
        return new Place(args[at], args[at + 1], args[at + 2]);
    }

    static PostgresChangeSource source(Place place) {
        return PostgresChangeSource.on(
                ConnectionSettings.of(place.url(), place.user(), place.password()),
                SlotSettings.named("spooled").withHeartbeat(Duration.ofMillis(300)));
    }

    static PieceSpool spool(PostgresChangeSource source, Path directory) {
        return DiskSpool.open(
                SpoolSettings.in(directory).withLimitBytes(64 << 20).withPatience(Duration.ofMillis(300)),
                "spooled",
                Set.of(LEDGER),
                source.types());
    }

    /** The slow target's tables are read at the fast one, for it may be away. */
    static Pipeline pipeline(PostgresChangeSource source, DataSource fast, DataSource slow, PieceSpool spool)
            throws SQLException {
        try (Connection connection = fast.getConnection()) {
            TargetTable table = TargetCatalog.of(connection)
                    .read(List.of(Wanted.all(LEDGER)))
                    .get(0);
            return Pipeline.of(
                    "spooled",
                    source,
                    Set.of(LEDGER),
                    List.of(target("fast", fast, table), target("slow", slow, table)),
                    PipelineSettings.standard()
                            .withQueueBytes(1 << 18)
                            .withProgressEvery(Duration.ofMillis(200))
                            .withPauses(Duration.ofMillis(20), Duration.ofMillis(200)),
                    spool);
        }
    }

    private static ReplicatedTarget target(String name, DataSource database, TargetTable table) {
        return new ReplicatedTarget(
                name,
                database,
                Dialect.POSTGRESQL,
                new PostgresRowWriter(ConversionPolicy.standard()),
                new MirrorMapping(Map.of(LEDGER, table)));
    }
}
