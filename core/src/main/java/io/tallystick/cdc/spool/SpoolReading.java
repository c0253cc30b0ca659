package io.tallystick.cdc.spool;

import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.NavigableMap;
import org.jspecify.annotations.Nullable;

/** Reads segments one after the other, up to what is durable, while the newest is being written. */
final class SpoolReading implements PieceSpool.Reading {

    private final Place place;
    private final PieceDecoder decoder;
    private final Position after;
    private Segment segment;
    private @Nullable SegmentReader reader;

    SpoolReading(Place place, PieceDecoder decoder, Segment first) {
        this.place = place;
        this.decoder = decoder;
        this.segment = first;
        this.after = first.after();
    }

    /** Where the segments are. */
    record Place(Path directory, Disk disk, NavigableMap<Long, Segment> segments) {}

    @Override
    public Position after() {
        return after;
    }

    @Override
    public @Nullable TransactionPiece next() {
        try {
            while (true) {
                // looked for first: once it is there the one before does not grow any more
                Map.Entry<Long, Segment> later = place.segments.higherEntry(segment.number());
                TransactionPiece piece = opened().next(segment.extent().bytes());
                if (piece != null || later == null) {
                    return piece;
                }
                close();
                segment = later.getValue();
            }
        } catch (IOException e) {
            throw SpoolTrouble.with(place.directory, "read", e);
        }
    }

    private SegmentReader opened() throws IOException {
        SegmentReader open = reader;
        if (open == null) {
            open = SegmentReader.open(
                    place.disk, segment.name(), decoder, segment.extent().bytes());
            reader = open;
        }
        return open;
    }

    @Override
    public long behindBytes() {
        long behind = 0;
        for (Segment each : place.segments.tailMap(segment.number(), true).values()) {
            behind += each.extent().bytes();
        }
        SegmentReader open = reader;
        return behind - (open == null ? 0 : open.at());
    }

    @Override
    public void close() {
        SegmentReader open = reader;
        reader = null;
        if (open != null) {
            try {
                open.close();
            } catch (IOException e) {
                throw SpoolTrouble.with(place.directory, "read", e);
            }
        }
    }
}
