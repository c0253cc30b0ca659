package io.tallystick.cdc.spool;

import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.disk.DirectoryLock;
import io.tallystick.disk.Disk;
import io.tallystick.disk.FileDisk;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A spool in a directory of its own. What {@link #force} has returned for survives the process and, on a disk that keeps its word, the
 * machine. {@link SegmentChain} knows the segments, {@link SpoolTail} writes the newest.
 */
public final class DiskSpool implements PieceSpool {

    private static final Logger LOG = LoggerFactory.getLogger(DiskSpool.class);
    private static final long LARGEST_SEGMENT = 64L << 20;
    private static final int LEAST_SEGMENTS = 8;

    private final SpoolSettings settings;
    private final DirectoryLock lock;
    private final Disk disk;
    private final ColumnTypes types;
    private final SegmentChain chain;
    private final SpoolTail tail;

    private Owner owner;
    private volatile boolean closed;

    private DiskSpool(SpoolSettings settings, DirectoryLock lock, Disk disk, ColumnTypes types, Owner owner) {
        this.settings = settings;
        this.lock = lock;
        this.disk = disk;
        this.types = types;
        this.owner = owner;
        this.chain = new SegmentChain(settings.directory(), disk);
        this.tail =
                new SpoolTail(chain, disk, types, Math.min(LARGEST_SEGMENT, settings.limitBytes() / LEAST_SEGMENTS));
    }

    /**
     * Opens the directory of a pipeline, or creates it. A torn end is cut off.
     *
     * @param tables whose changes will lie there
     * @throws UnavailableException when the directory is in use or cannot be read
     * @throws io.tallystick.jdbc.RejectedException when changes of another pipeline, or of other tables, lie there
     */
    public static DiskSpool open(SpoolSettings settings, String pipeline, Set<TableName> tables, ColumnTypes types) {
        try {
            return open(settings, FileDisk.in(settings.directory()), types, Owner.of(pipeline, tables, Set.of()));
        } catch (IOException e) {
            throw SpoolTrouble.with(settings.directory(), "opened", e);
        }
    }

    static DiskSpool open(SpoolSettings settings, Disk disk, ColumnTypes types, Owner owner) throws IOException {
        DirectoryLock lock = DirectoryLock.take(settings.directory(), "spool");
        boolean opened = false;
        try {
            DiskSpool spool = new DiskSpool(settings, lock, disk, types, owner);
            spool.load();
            opened = true;
            return spool;
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    private void load() throws IOException {
        Recovery recovery = new Recovery(disk, types);
        adopt(recovery.newestOnly());
        Owner found = Owner.load(disk);
        if (found != null) {
            found.check(owner, chain.isEmpty());
            owner = owner.forTargets(new TreeSet<>(found.targets()));
        } else if (!chain.isEmpty()) {
            throw new CorruptionException(
                    "spool directory " + settings.directory() + " has segments but no " + Owner.FILE
                            + "; put it back, or empty the directory: the pipeline tells then which changes are missing");
        }
    }

    private void adopt(Recovery.Found found) {
        chain.adopt(found);
        tail.adopt();
    }

    @Override
    public SpoolSettings settings() {
        return settings;
    }

    @Override
    public @Nullable Range range() {
        return chain.range();
    }

    @Override
    public void begin(Position after) {
        clear();
        run("written to", () -> {
            owner.store(disk);
            tail.begin(after);
        });
        chain.begin(after);
    }

    @Override
    public boolean append(TransactionPiece piece) {
        if (!tail.isUnfinished() && bytes() >= settings.limitBytes()) {
            run("written to", tail::letGoOfNewest);
            return false;
        }
        run("written to", () -> tail.append(piece));
        return true;
    }

    @Override
    public void force() {
        run("written to", tail::force);
    }

    @Override
    public void dropUnfinished() {
        tail.dropUnfinished();
    }

    @Override
    public void forget(Predicate<Position> everybodyHas) {
        run("emptied", () -> chain.forget(everybodyHas));
    }

    @Override
    public void clear() {
        run("emptied", () -> {
            tail.clear();
            chain.clear();
        });
    }

    @Override
    public void inspect() {
        run("read", () -> {
            tail.rest();
            adopt(new Recovery(disk, types).everything());
        });
    }

    @Override
    public Reading read(Predicate<Position> has) {
        return new SpoolReading(
                new SpoolReading.Place(settings.directory(), disk, chain.segments()),
                new PieceDecoder(types),
                chain.readFrom(has));
    }

    @Override
    public Set<String> targets() {
        return new TreeSet<>(owner.targets());
    }

    @Override
    public void targets(Set<String> names) {
        Owner next = owner.forTargets(names);
        if (!next.equals(owner)) {
            run("written to", () -> next.store(disk));
            owner = next;
        }
    }

    @Override
    public long bytes() {
        return chain.bytes(tail.writing());
    }

    @Override
    public void close() {
        closed = true;
        try {
            tail.closeWriter();
        } catch (IOException e) {
            LOG.debug("closing the spool: {}", e.toString());
        } finally {
            lock.close();
        }
    }

    private void run(String verb, Work work) {
        if (closed) {
            // another one may have the directory by now
            throw new UnavailableException(
                    "the spool in " + settings.directory() + " was closed and cannot be " + verb, null);
        }
        try {
            work.run();
        } catch (IOException e) {
            tail.backToDurable();
            throw SpoolTrouble.with(settings.directory(), verb, e);
        }
    }

    private interface Work {
        void run() throws IOException;
    }
}
