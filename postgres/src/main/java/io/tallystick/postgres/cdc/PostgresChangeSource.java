package io.tallystick.postgres.cdc;

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
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.TxWork;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.postgres.type.PgColumnTypes;
import io.tallystick.postgres.type.PgType;
import io.tallystick.postgres.type.TypeCatalog;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL database, version 14 or newer with {@code wal_level = logical}, whose changes are read through a replication slot and
 * a publication that belong to one pipeline. The user needs REPLICATION, and CREATE on the database for the publication.
 */
public final class PostgresChangeSource implements ChangeSource {

    private static final Duration LONGEST_PULSE = Duration.ofSeconds(10);
    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final WalAccess access;
    private final SlotSettings settings;
    /** The server's last identity, for comparing positions across a promotion. */
    private volatile Known known = new Known(0, TimelineHistory.none());

    private volatile DatabaseIdentity database = DatabaseIdentity.UNKNOWN;

    private PostgresChangeSource(WalAccess access, SlotSettings settings) {
        this.access = access;
        this.settings = settings;
    }

    /** Connects to nothing yet. */
    public static PostgresChangeSource on(ConnectionSettings connection, SlotSettings settings) {
        return new PostgresChangeSource(new WalAccess(connection), settings);
    }

    @Override
    public String name() {
        return access.name();
    }

    @Override
    public DatabaseIdentity readFrom() {
        return database;
    }

    @Override
    public List<Finding> examine(Set<TableName> tables) {
        return access.jdbc().inTransaction(tx -> new SourceExamination(tx, settings).findings(tables));
    }

    @Override
    public List<SourceTable> describe(Set<TableName> tables) {
        return access.jdbc().inTransaction(tx -> new TableCatalog().describe(tx, tables));
    }

    @Override
    public Position establish(Set<TableName> tables) {
        WalPosition server = identity();
        // the publication first: the log before it cannot be read with it
        Found found = access.jdbc().inTransaction(tx -> {
            List<SourceTable> described = new TableCatalog().describe(tx, tables);
            boolean isNew = new PublicationKeeper(settings.publication()).establish(tx, described);
            return new Found(isNew, usableSlot(tx).orElse(null));
        });
        SlotKeeper keeper = new SlotKeeper(settings);
        long lsn = found.slot() == null
                ? keeper.create(access.jdbc())
                : found.newPublication()
                        ? access.jdbc().inTransaction(keeper::advance)
                        : found.slot().confirmed();
        return server.at(lsn).position();
    }

    @Override
    public Position establishAnew(Set<TableName> tables) {
        describe(tables);
        awaitFreeSlot(tx -> Slot.find(tx, settings.slot()), slot -> slot);
        access.jdbc()
                .run(tx -> Slot.find(tx, settings.slot()).ifPresent(slot -> {
                    new Continuity(settings).checkKind(tx, slot);
                    new SlotKeeper(settings).drop(tx);
                }));
        return establish(tables);
    }

    @Override
    public ChangeStream open(Set<TableName> tables, Position after) {
        WalPosition stored = WalPosition.of(after);
        WalConnection connection = access.wal();
        try {
            WalPosition server = connection.identity();
            new Continuity(settings).checkHistory(stored, server, history(connection, server));
            Look look = awaitFreeSlot(tx -> checked(tx, tables, stored), Look::slot);
            return start(connection, server.at(stored.lsn()), look);
        } catch (RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    @Override
    public boolean covers(Position position, Position other) {
        WalPosition here = WalPosition.of(position);
        WalPosition there = WalPosition.of(other);
        if (!here.system().equals(there.system())) {
            throw GapException.otherHistory("positions " + position + " and " + other + " belong to different systems");
        }
        if (here.timeline() != there.timeline()) {
            WalPosition older = here.timeline() < there.timeline() ? here : there;
            if (!histories(Math.max(here.timeline(), there.timeline())).contains(older.timeline(), older.lsn())) {
                throw GapException.otherHistory(
                        "positions " + position + " and " + other + " belong to time lines that parted before them");
            }
        }
        return !Lsn.isAfter(there.lsn(), here.lsn());
    }

    @Override
    public SnapshotReader snapshot() {
        return new PostgresSnapshotReader(access, identity());
    }

    @Override
    public ColumnTypes types() {
        return new PgColumnTypes();
    }

    @Override
    public Optional<KeptLog> kept() {
        return access.jdbc().autocommit(tx -> Slot.kept(tx, settings.slot()));
    }

    /**
     * @throws UnavailableException naming the reader while somebody still reads the slot
     */
    @Override
    public void release() {
        awaitFreeSlot(tx -> Slot.find(tx, settings.slot()), slot -> slot);
        access.jdbc().run(tx -> {
            Slot.find(tx, settings.slot()).ifPresent(slot -> new SlotKeeper(settings).drop(tx));
            new PublicationKeeper(settings.publication()).release(tx);
        });
    }

    @Override
    public void close() {
        // streams and readers are closed by those who opened them
    }

    private WalPosition identity() {
        try (WalConnection connection = access.wal()) {
            return connection.identity();
        }
    }

    private TimelineHistory history(WalConnection connection, WalPosition server) {
        TimelineHistory history = connection.history(server.timeline());
        known = new Known(server.timeline(), history);
        return history;
    }

    private TimelineHistory histories(int timeline) {
        Known last = known;
        if (last.timeline() >= timeline) {
            return last.history();
        }
        try (WalConnection connection = access.wal()) {
            return history(connection, connection.identity());
        }
    }

    /** The slot if it is there; one that cannot be read any more is dropped, for a new one to take its place. */
    private Optional<Slot> usableSlot(Tx tx) {
        Optional<Slot> found = Slot.find(tx, settings.slot());
        found.ifPresent(slot -> new Continuity(settings).checkKind(tx, slot));
        if (found.isPresent() && found.get().lost() != null) {
            new SlotKeeper(settings).drop(tx);
            return Optional.empty();
        }
        return found;
    }

    /** A reader that was just lost or closed holds the slot until the server notices. */
    private <T> T awaitFreeSlot(TxWork<T> look, Function<T, Optional<Slot>> in) {
        long deadline = System.nanoTime() + settings.patience().toNanos();
        while (true) {
            T seen = access.jdbc().inTransaction(look);
            Optional<Slot> slot = in.apply(seen);
            if (slot.isEmpty() || slot.get().reader() == null) {
                return seen;
            }
            if (System.nanoTime() > deadline) {
                throw new UnavailableException("slot " + settings.slot() + " is being read by "
                        + slot.get().reader() + "; stop that reader, or give this pipeline a slot of its own");
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    private Look checked(Tx tx, Set<TableName> tables, WalPosition stored) {
        // who reads it first: what he acknowledges while he ends must be seen by the check
        Optional<Slot> slot = Slot.find(tx, settings.slot());
        Continuity continuity = new Continuity(settings);
        database = identityOf(tx);
        continuity.checkPublication(tx, tables);
        TableCatalog catalog = new TableCatalog();
        boolean binary = catalog.describe(tx, tables).stream()
                .flatMap(table -> table.columns().stream())
                .allMatch(column -> column.type() instanceof PgType type && type.readsBinary());
        continuity.checkSlot(tx, stored);
        return new Look(slot, binary, catalog.types());
    }

    private ChangeStream start(WalConnection connection, WalPosition start, Look look) {
        Map<String, String> options = Map.of(
                "proto_version",
                "2",
                "streaming",
                "on",
                "messages",
                "true",
                "publication_names",
                Sql.name(settings.publication()),
                "binary",
                Boolean.toString(look.binary()));
        try {
            Duration pulse = pulse(connection.patienceOfServer());
            WalReader reader = connection.start(settings.slot(), start.lsn(), options);
            PostgresChangeStream.Watches watches = new PostgresChangeStream.Watches(
                    new Pulse(connection.writer(), pulse, start.lsn(), "tally-pulse-" + settings.slot()).start(),
                    new ServerWatch(access, settings.heartbeat(), "tally-watch-" + settings.slot()).start());
            return new PostgresChangeStream(
                    new PostgresChangeStream.Parts(access, connection, reader, watches, settings.spool()),
                    new LogDecoder(new Relations(access.jdbc(), look.types()), start),
                    start);
        } catch (SQLException e) {
            throw access.failed(
                    e, "reading slot " + settings.slot() + " of " + name() + " from " + Lsn.text(start.lsn()));
        } catch (IOException e) {
            throw new UnavailableException("the connection to " + name() + " was lost before its log could be read", e);
        }
    }

    private static DatabaseIdentity identityOf(Tx tx) {
        try {
            return DatabaseIdentity.of(tx.connection(), Dialect.POSTGRESQL);
        } catch (SQLException e) {
            throw SqlErrors.translate(e, Dialect.POSTGRESQL, false, "asking which database this is");
        }
    }

    private static Duration pulse(Duration patienceOfServer) {
        Duration third = patienceOfServer.dividedBy(3);
        return third.isZero() || third.compareTo(LONGEST_PULSE) > 0 ? LONGEST_PULSE : third;
    }

    /** What was there before the reading. A connection costs more than all that is asked over it, so one asks for all. */
    private record Found(boolean newPublication, @Nullable Slot slot) {}

    private record Look(Optional<Slot> slot, boolean binary, TypeCatalog types) {}

    private record Known(int timeline, TimelineHistory history) {}
}
