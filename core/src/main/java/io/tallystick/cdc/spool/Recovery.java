package io.tallystick.cdc.spool;

import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.PieceSpool.Range;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.disk.Disk;
import io.tallystick.jdbc.CorruptionException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the uninterrupted stretch of whole transactions that a directory holds, from its oldest segment on, and removes what does not
 * belong to it: a torn end, and what lies behind something damaged.
 */
final class Recovery {

    private static final Logger LOG = LoggerFactory.getLogger(Recovery.class);

    private final Disk disk;
    private final ColumnTypes types;

    Recovery(Disk disk, ColumnTypes types) {
        this.disk = disk;
        this.types = types;
    }

    /**
     * @param lastNumber no segment that ever was there had a higher one, as far as one can see
     * @param range null when nothing is there
     */
    record Found(
            List<Segment> segments,
            long lastNumber,
            @Nullable Range range) {}

    /** Reads the newest segment, where a crash leaves its traces, and of the others the beginning: they were durable before it began. */
    Found newestOnly() throws IOException {
        return find(false);
    }

    Found everything() throws IOException {
        return find(true);
    }

    private Found find(boolean everything) throws IOException {
        List<String> names = disk.list().stream().filter(Segment::isName).toList();
        long last = names.isEmpty() ? 0 : Segment.number(names.get(names.size() - 1));
        List<Look> kept = new ArrayList<>();
        for (String name : names) {
            boolean whole = everything || Segment.number(name) == last;
            Look look = follows(kept, name) ? look(name, whole) : null;
            if (look == null || !continues(kept, look)) {
                break;
            }
            kept.add(look);
            if (look.damage != null) {
                break;
            }
        }
        drop(names.subList(kept.size(), names.size()));
        return found(kept, last);
    }

    private static boolean follows(List<Look> kept, String name) {
        return kept.isEmpty() || Segment.number(name) == kept.get(kept.size() - 1).number + 1;
    }

    private static boolean continues(List<Look> kept, Look look) {
        Position before = kept.isEmpty() ? null : kept.get(kept.size() - 1).upTo;
        return before == null || before.equals(look.after);
    }

    private Found found(List<Look> kept, long last) throws IOException {
        if (kept.isEmpty()) {
            return new Found(List.of(), last, null);
        }
        Look newest = kept.remove(kept.size() - 1);
        if (newest.upTo == null) {
            newest = look(Segment.name(newest.number), true);
        }
        if (newest == null || newest.upTo == null) {
            throw new CorruptionException("a segment of the spool could be read, and then not");
        }
        cut(newest);
        kept.add(newest);
        List<Segment> segments = kept.stream().map(Look::segment).toList();
        return new Found(segments, last, new Range(segments.get(0).after(), newest.upTo));
    }

    private void drop(List<String> names) throws IOException {
        for (int i = names.size() - 1; i >= 0; i--) {
            LOG.warn(
                    "spool segment {} is of no use, for it is damaged or something before it is, and is removed",
                    names.get(i));
            disk.delete(names.get(i));
        }
    }

    private void cut(Look newest) throws IOException {
        try (Disk.Handle file = disk.open(Segment.name(newest.number))) {
            if (file.size() > newest.bytes) {
                LOG.info(
                        "spool segment {} is cut from {} to {} bytes, the end of its last whole transaction{}",
                        Segment.name(newest.number),
                        file.size(),
                        newest.bytes,
                        newest.damage == null ? "" : ": " + newest.damage);
                file.truncate(newest.bytes);
                file.force(false);
            }
        }
    }

    /** Null when not even its beginning is sound. */
    private @Nullable Look look(String name, boolean whole) throws IOException {
        long size;
        try (Disk.Handle file = disk.read(name)) {
            size = file.size();
        }
        try (SegmentReader reader = SegmentReader.open(disk, name, new PieceDecoder(types), size)) {
            Look look = new Look(Segment.number(name), reader.after(), null, size, null);
            return whole ? through(reader, look) : look;
        } catch (CorruptionException e) {
            LOG.warn("{}", e.getMessage());
            return null;
        }
    }

    private static Look through(SegmentReader reader, Look look) throws IOException {
        Position upTo = look.after;
        long complete = reader.at();
        try {
            for (TransactionPiece piece = reader.next(look.bytes); piece != null; piece = reader.next(look.bytes)) {
                if (piece.last()) {
                    upTo = piece.position();
                    complete = reader.at();
                }
            }
            return new Look(look.number, look.after, upTo, complete, null);
        } catch (CorruptionException e) {
            return new Look(look.number, look.after, upTo, complete, String.valueOf(e.getMessage()));
        }
    }

    /**
     * What was seen of a segment.
     *
     * @param upTo what it leads to; null when only its beginning was read
     * @param bytes those that count
     * @param damage why they end there; null when nothing is wrong
     */
    private record Look(
            long number,
            Position after,
            @Nullable Position upTo,
            long bytes,
            @Nullable String damage) {

        Segment segment() {
            return new Segment(number, after, new Segment.Extent(bytes));
        }
    }
}
