package io.tallystick.cdc.spool;

import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.UnavailableException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A spool in a directory of its own. What {@link #force} has returned for survives the process and, on a disk that keeps its word, the
 * machine. After a failed write or force the file in work is cut back to what was durable and never written again (Linux reports a
 * lost page once and then forgets it), and a new one is begun.
 */
public final class DiskSpool implements PieceSpool {

    private static final Logger LOG = LoggerFactory.getLogger(DiskSpool.class);
    private static final long LARGEST_SEGMENT = 64L << 20;
    private static final int LEAST_SEGMENTS = 8;

    private final SpoolSettings settings;
    private final DirectoryLock lock;
    private final Disk disk;
    private final ColumnTypes types;
    private final long segmentBytes;
    private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();

    private Owner owner;
    private @Nullable SegmentWriter writer;
    /** The end of the last complete transaction that was appended, durable or not. */
    private @Nullable Position written;
    /** Whether the transaction that was appended last is not complete. */
    private boolean unfinished;
    /** Only says how far the log was read; written when nothing better comes. */
    private @Nullable TransactionPiece progress;
    /** Where the newest segment has to end before another may be begun; −1 when it ends there. */
    private long cutTo = -1;

    /** The end of the last complete transaction of the newest segment that is durable. */
    private long durableComplete;

    private long lastNumber;
    private volatile @Nullable Range range;
    private volatile long writing;
    private volatile boolean closed;

    private DiskSpool(SpoolSettings settings, DirectoryLock lock, Disk disk, ColumnTypes types, Owner owner) {
        this.settings = settings;
        this.lock = lock;
        this.disk = disk;
        this.types = types;
        this.owner = owner;
        this.segmentBytes = Math.min(LARGEST_SEGMENT, settings.limitBytes() / LEAST_SEGMENTS);
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
        Path directory = settings.directory().toRealPath();
        DirectoryLock lock = DirectoryLock.take(directory);
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
            found.check(owner, segments.isEmpty());
            owner = owner.forTargets(new TreeSet<>(found.targets()));
        } else if (!segments.isEmpty()) {
            throw new CorruptionException(
                    "spool directory " + settings.directory() + " has segments but no " + Owner.FILE
                            + "; put it back, or empty the directory: the pipeline tells then which changes are missing");
        }
    }

    private void adopt(Recovery.Found found) {
        segments.clear();
        found.segments().forEach(segment -> segments.put(segment.number(), segment));
        lastNumber = Math.max(lastNumber, found.lastNumber());
        range = found.range();
        written = range == null ? null : range.upTo();
        unfinished = false;
        progress = null;
        cutTo = -1;
    }

    @Override
    public SpoolSettings settings() {
        return settings;
    }

    @Override
    public @Nullable Range range() {
        return range;
    }

    @Override
    public void begin(Position after) {
        clear();
        run("written to", () -> owner.store(disk));
        written = after;
        run("written to", this::nextSegment);
        range = new Range(after, after);
    }

    @Override
    public boolean append(TransactionPiece piece) {
        if (!unfinished && bytes() >= settings.limitBytes()) {
            run("written to", this::letGoOfNewest);
            return false;
        }
        if (!unfinished && piece.last() && piece.changes().isEmpty()) {
            progress = piece;
            return true;
        }
        progress = null;
        run("written to", () -> write(piece));
        return true;
    }

    private void write(TransactionPiece piece) throws IOException {
        SegmentWriter to = writer;
        if (to == null || (!unfinished && to.size() >= segmentBytes)) {
            if (to != null) {
                forceAll();
            }
            to = nextSegment();
        }
        unfinished = true;
        to.append(piece);
        writing = to.size();
        if (piece.last()) {
            unfinished = false;
            written = piece.position();
        }
    }

    /** The newest segment is never forgotten: one that fills the spool alone would be full of what everybody has, for ever. */
    private void letGoOfNewest() throws IOException {
        long newest = segments.lastEntry().getValue().extent().bytes();
        if (Math.max(newest, writer == null ? 0 : writer.size()) >= segmentBytes) {
            forceAll();
            nextSegment();
        }
    }

    private SegmentWriter nextSegment() throws IOException {
        if (writer != null) {
            writer.close();
            writer = null;
        }
        cutNewest();
        Position after = written;
        if (after == null) {
            throw new IllegalStateException("the spool was not begun");
        }
        // a number is used up only when its segment stands: there must be no hole between two
        long number = lastNumber + 1;
        SegmentWriter made = SegmentWriter.create(disk, Segment.name(number), after, types);
        lastNumber = number;
        writer = made;
        durableComplete = made.size();
        segments.put(number, new Segment(number, after, new Segment.Extent(made.size())));
        writing = made.size();
        return made;
    }

    /** What a failed segment holds beyond what was durable would come twice: without it no other may be begun. */
    private void cutNewest() throws IOException {
        if (cutTo < 0) {
            return;
        }
        lookWhetherItIsThere();
        try (Disk.Handle file = disk.open(segments.lastEntry().getValue().name())) {
            file.truncate(cutTo);
            file.force();
        }
        cutTo = -1;
    }

    @Override
    public void force() {
        run("written to", this::forceAll);
    }

    private void forceAll() throws IOException {
        lookWhetherItIsThere();
        TransactionPiece last = progress;
        if (last != null) {
            progress = null;
            write(last);
        }
        SegmentWriter from = writer;
        if (from == null) {
            return;
        }
        Segment.Extent extent = segments.lastEntry().getValue().extent();
        if (from.size() > extent.bytes()) {
            from.force();
            durableComplete = from.complete();
            extent.bytes(from.size());
            Range before = range;
            Position upTo = written;
            range = before == null || upTo == null ? before : new Range(before.after(), upTo);
        }
    }

    /** A file that somebody has removed takes writes as if nothing were wrong, and the source would be told that they are kept. */
    private void lookWhetherItIsThere() throws IOException {
        Map.Entry<Long, Segment> newest = segments.lastEntry();
        if (newest != null && !disk.list().contains(newest.getValue().name())) {
            throw new CorruptionException("segment " + newest.getValue().name() + " of the spool is gone from "
                    + settings.directory() + "; somebody has emptied it");
        }
    }

    @Override
    public void dropUnfinished() {
        if (unfinished) {
            backToDurable();
        }
        progress = null;
    }

    @Override
    public void forget(Predicate<Position> everybodyHas) {
        while (segments.size() > 1) {
            Segment second = segments.higherEntry(segments.firstKey()).getValue();
            if (!everybodyHas.test(second.after())) {
                return;
            }
            delete(segments.firstEntry().getValue());
            Range before = range;
            range = before == null ? null : new Range(second.after(), before.upTo());
        }
    }

    private void delete(Segment segment) {
        segments.remove(segment.number());
        run("emptied", () -> disk.delete(segment.name()));
    }

    @Override
    public void clear() {
        run("emptied", () -> {
            if (writer != null) {
                writer.close();
                writer = null;
            }
        });
        range = null;
        written = null;
        unfinished = false;
        progress = null;
        cutTo = -1;
        writing = 0;
        // the newest first: what is left after a crash in between is still one stretch
        while (!segments.isEmpty()) {
            delete(segments.lastEntry().getValue());
        }
    }

    @Override
    public void inspect() {
        run("read", () -> {
            if (writer != null) {
                writer.close();
                writer = null;
            }
            if (!segments.isEmpty()
                    && disk.list().contains(segments.lastEntry().getValue().name())) {
                cutNewest();
            }
            adopt(new Recovery(disk, types).everything());
        });
    }

    @Override
    public Reading read(Predicate<Position> has) {
        Map.Entry<Long, Segment> from = segments.firstEntry();
        for (Map.Entry<Long, Segment> entry : segments.entrySet()) {
            if (!has.test(entry.getValue().after())) {
                break;
            }
            from = entry;
        }
        if (from == null) {
            throw new IllegalStateException("the spool was not begun");
        }
        return new SpoolReading(
                new SpoolReading.Place(settings.directory(), disk, segments), new PieceDecoder(types), from.getValue());
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
        long sum = 0;
        Segment newest = null;
        for (Segment segment : segments.values()) {
            sum += segment.extent().bytes();
            newest = segment;
        }
        return newest == null
                ? sum
                : sum + Math.max(0, writing - newest.extent().bytes());
    }

    @Override
    public void close() {
        closed = true;
        try {
            if (writer != null) {
                writer.close();
            }
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
            backToDurable();
            throw SpoolTrouble.with(settings.directory(), verb, e);
        }
    }

    /** What is not durable now never will be: the next segment begins after what is. */
    private void backToDurable() {
        SegmentWriter broken = writer;
        Map.Entry<Long, Segment> newest = segments.lastEntry();
        unfinished = false;
        progress = null;
        written = range == null ? null : range.upTo();
        if (broken == null || newest == null) {
            return;
        }
        writer = null;
        writing = 0;
        cutTo = durableComplete;
        newest.getValue().extent().bytes(cutTo);
        try {
            broken.close();
        } catch (IOException e) {
            LOG.debug("closing a segment of the spool: {}", e.toString());
        }
    }

    private interface Work {
        void run() throws IOException;
    }
}
