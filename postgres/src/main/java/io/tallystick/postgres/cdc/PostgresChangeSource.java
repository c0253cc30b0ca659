package io.tallystick.postgres.cdc;

import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.DatabaseIdentity;
import io.tallystick.cdc.GapException;
import io.tallystick.cdc.KeptLog;
import io.tallystick.cdc.LogOpening;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.postgres.type.PgColumnTypes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL database, version 14 or newer with {@code wal_level = logical}, whose changes are read through a replication slot and
 * a publication that belong to one pipeline. The user needs REPLICATION, and CREATE on the database for the publication.
 */
public final class PostgresChangeSource implements ChangeSource {

    private static final long LOOK_AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private final WalAccess access;
    private final SlotSettings settings;
    private final SeenServer seen;

    private PostgresChangeSource(WalAccess access, SlotSettings settings) {
        this.access = access;
        this.settings = settings;
        this.seen = new SeenServer(access);
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
        return seen.database();
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
        return establish(identity(), tables);
    }

    Position establish(WalPosition server, Set<TableName> tables) {
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
        awaitFreeSlot(settings, this::slot);
        access.jdbc()
                .run(tx -> Slot.find(tx, settings.slot()).ifPresent(slot -> {
                    new Continuity(settings).checkKind(tx, slot);
                    new SlotKeeper(settings).drop(tx);
                }));
        return establish(tables);
    }

    @Override
    public ChangeStream open(Set<TableName> tables, Position after) {
        try (LogOpening opening = opening(tables)) {
            return opening.after(after);
        }
    }

    @Override
    public LogOpening opening(Set<TableName> tables) {
        return new PostgresOpening(this, new Parts(access, settings, seen), tables);
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
            if (!seen.histories(Math.max(here.timeline(), there.timeline())).contains(older.timeline(), older.lsn())) {
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
        awaitFreeSlot(settings, this::slot);
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

    private Optional<Slot> slot() {
        return access.jdbc().inTransaction(tx -> Slot.find(tx, settings.slot()));
    }

    /** A reader that was just lost or closed holds the slot until the server notices. */
    static Optional<Slot> awaitFreeSlot(SlotSettings settings, Supplier<Optional<Slot>> look) {
        long deadline = System.nanoTime() + settings.patience().toNanos();
        while (true) {
            Optional<Slot> slot = look.get();
            if (slot.isEmpty() || slot.get().reader() == null) {
                return slot;
            }
            if (System.nanoTime() > deadline) {
                throw new UnavailableException("slot " + settings.slot() + " is being read by "
                        + slot.get().reader() + "; stop that reader, or give this pipeline a slot of its own");
            }
            LockSupport.parkNanos(LOOK_AGAIN_NANOS);
        }
    }

    /** What was there before the reading. A connection costs more than all that is asked over it, so one asks for all. */
    private record Found(boolean newPublication, @Nullable Slot slot) {}

    /** What a source is made of. */
    record Parts(WalAccess access, SlotSettings settings, SeenServer seen) {}
}
