package io.tallystick.mysql.cdc;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.DatabaseIdentity;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.KeptLog;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Finding;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The binary log of a MariaDB (10.6 and later) or MySQL (8.0) server as a source of changes. Positions are GTIDs, so that reading goes
 * on at any server of the same history. Needs {@code binlog_format=ROW} and {@code binlog_row_metadata=FULL}, for MySQL
 * {@code gtid_mode=ON}; {@link #examine} tells what is missing.
 *
 * <p>To the server a stream is a replica. Its server id is drawn between 2³¹ and 2³²−2, where people seldom number their
 * servers: two replicas with one number end each other's connections.
 *
 * <p>The server keeps its log by its own rules, whoever has read it: nothing is made on it and {@link #release} does nothing. When the
 * log after a position was purged, {@link #open} says so by {@link GapException}.
 */
public final class BinlogChangeSource implements ChangeSource {

    /** How long the server keeps its log is a setting that people seldom change, and each asking is a connection. */
    private static final Duration KEPT_HOLDS = Duration.ofMinutes(1);

    private static final long LOWEST_SERVER_ID = 1L << 31;
    private static final long SERVER_ID_RANGE = (1L << 31) - 1;

    private final ConnectionSettings settings;
    private final SourceSql sql;
    private final InstantSource clock;
    private final RandomGenerator random;
    private volatile @Nullable Flavour flavour;
    private volatile DatabaseIdentity database = DatabaseIdentity.UNKNOWN;
    private volatile @Nullable Told told;

    /** What the server keeps, and when it said so. */
    private record Told(KeptLog kept, Instant at) {}

    /** @param settings the pool size is not used; every visit and every stream opens a connection of its own */
    public BinlogChangeSource(ConnectionSettings settings, InstantSource clock, RandomGenerator random) {
        this.settings = settings;
        this.sql = new SourceSql(settings);
        this.clock = clock;
        this.random = random;
    }

    @Override
    public String name() {
        return settings.url().replaceAll("(?<=//)[^/@?]*@|[?;].*", "");
    }

    @Override
    public DatabaseIdentity readFrom() {
        return database;
    }

    @Override
    public List<Finding> examine(Set<TableName> tables) {
        return new BinlogExamination(sql, flavour()).examine(tables);
    }

    @Override
    public List<SourceTable> describe(Set<TableName> tables) {
        return new Catalog(sql, flavour()).describe(tables);
    }

    /**
     * The end of the log now; nothing is made. What a transaction that is prepared at that moment (XA PREPARE) has changed stands in
     * the log before: such transactions get two seconds to end, and if one does not, everything that the server still has will be
     * read again for its sake.
     */
    @Override
    public Position establish(Set<TableName> tables) {
        return new Beginning(sql, flavour(), Beginning.PATIENCE).find();
    }

    @Override
    public ChangeStream open(Set<TableName> tables, Position after) {
        Flavour known = flavour();
        sql.visit("checking whether the log still contains what follows " + after, connection -> {
            LogHistory.check(connection, known, after);
            database = DatabaseIdentity.of(connection, Dialect.of(connection));
            return after;
        });
        Catalog catalog = new Catalog(sql, known);
        long serverId = LOWEST_SERVER_ID + random.nextLong(SERVER_ID_RANGE);
        return BinlogStream.open(
                new BinlogStream.Source(sql, known, catalog, Set.copyOf(tables), clock), serverId, after);
    }

    @Override
    public boolean covers(Position position, Position other) {
        return flavour().covers(LogProgress.delivered(position), LogProgress.delivered(other));
    }

    @Override
    public SnapshotReader snapshot() {
        return BinlogSnapshotReader.open(sql, flavour());
    }

    @Override
    public ColumnTypes types() {
        return new MySqlColumnTypes();
    }

    /** By age: how many bytes follow a position only an open stream knows. */
    @Override
    public Optional<KeptLog> kept() {
        Instant now = clock.instant();
        Told before = told;
        if (before != null && now.isBefore(before.at().plus(KEPT_HOLDS))) {
            return Optional.of(before.kept());
        }
        KeptLog kept = sql.visit("asking how long the log is kept", connection -> {
            String seconds = SourceSql.value(connection, "SELECT @@global.binlog_expire_logs_seconds");
            long longest = seconds.isEmpty() ? 0 : (long) Double.parseDouble(seconds);
            return new KeptLog(-1, -1, longest == 0 ? null : Duration.ofSeconds(longest), "binlog_expire_logs_seconds");
        });
        told = new Told(kept, now);
        return Optional.of(kept);
    }

    /** Does nothing: nothing was made. */
    @Override
    public void release() {}

    /** Does nothing: streams and snapshots are closed each by itself. */
    @Override
    public void close() {}

    /** The end of the log, whatever is prepared at the moment. */
    Position now() {
        return sql.visit(
                "reading the position",
                connection -> new Position(LogProgress.orNothing(LogHistory.now(connection, flavour()))));
    }

    SourceSql sql() {
        return sql;
    }

    /** Which of the two it is; asked once, since a server does not change its family. */
    Flavour flavour() {
        Flavour known = flavour;
        if (known == null) {
            known = sql.visit(
                    "connecting to " + name(),
                    connection -> Dialect.of(connection) == Dialect.MARIADB ? Flavour.MARIADB : Flavour.MYSQL);
            flavour = known;
        }
        return known;
    }
}
