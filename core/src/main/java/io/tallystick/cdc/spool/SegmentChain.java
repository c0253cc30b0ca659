package io.tallystick.cdc.spool;

import io.tallystick.cdc.PieceSpool.Range;
import io.tallystick.cdc.Position;
import io.tallystick.disk.Disk;
import io.tallystick.jdbc.CorruptionException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The segments of a spool in their order, and the stretch of the log that is durable in them. Changed by the thread that writes; any
 * thread may ask.
 */
final class SegmentChain {

    private final Path directory;
    private final Disk disk;
    private final ConcurrentSkipListMap<Long, Segment> segments = new ConcurrentSkipListMap<>();
    private long lastNumber;
    private volatile @Nullable Range range;

    SegmentChain(Path directory, Disk disk) {
        this.directory = directory;
        this.disk = disk;
    }

    /** Takes over what was found on disk. */
    void adopt(Recovery.Found found) {
        segments.clear();
        found.segments().forEach(segment -> segments.put(segment.number(), segment));
        lastNumber = Math.max(lastNumber, found.lastNumber());
        range = found.range();
    }

    boolean isEmpty() {
        return segments.isEmpty();
    }

    @Nullable
    Range range() {
        return range;
    }

    /** To where the stretch goes; null when there is none. */
    @Nullable
    Position end() {
        Range now = range;
        return now == null ? null : now.upTo();
    }

    /** A new stretch. */
    void begin(Position after) {
        range = new Range(after, after);
    }

    /** The stretch goes so far now, durably. */
    void reach(Position upTo) {
        Range before = range;
        range = before == null ? null : new Range(before.after(), upTo);
    }

    /** By what name the next segment is to be made. */
    String nextName() {
        return Segment.name(lastNumber + 1);
    }

    /** It was made. A number is used up only when its segment stands: there must be no hole between two. */
    void add(Position after, long bytes) {
        lastNumber++;
        segments.put(lastNumber, new Segment(lastNumber, after, new Segment.Extent(bytes)));
    }

    @Nullable
    Segment newest() {
        Map.Entry<Long, Segment> newest = segments.lastEntry();
        return newest == null ? null : newest.getValue();
    }

    /** A file that somebody has removed takes writes as if nothing were wrong, and the source would be told that they are kept. */
    void lookWhetherNewestIsThere() throws IOException {
        Segment newest = newest();
        if (newest != null && !hasFile(newest)) {
            throw new CorruptionException("segment " + newest.name() + " of the spool is gone from " + directory
                    + "; somebody has emptied it");
        }
    }

    boolean hasFile(Segment segment) throws IOException {
        return disk.list().contains(segment.name());
    }

    /** Drops the oldest ones, as long as everybody has what they contain; the newest stays. */
    void forget(Predicate<Position> everybodyHas) throws IOException {
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

    /** Drops all, the newest first: what is left after a crash in between is still one stretch. */
    void clear() throws IOException {
        range = null;
        for (Segment newest = newest(); newest != null; newest = newest()) {
            delete(newest);
        }
    }

    private void delete(Segment segment) throws IOException {
        segments.remove(segment.number());
        disk.delete(segment.name());
    }

    /** The last one whose beginning the reader has, or the oldest. */
    Segment readFrom(Predicate<Position> has) {
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
        return from.getValue();
    }

    NavigableMap<Long, Segment> segments() {
        return segments;
    }

    /**
     * What they take on disk.
     *
     * @param writing bytes of the newest one, forced or not
     */
    long bytes(long writing) {
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
}
