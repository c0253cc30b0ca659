package io.tallystick.postgres.cdc;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.TransactionPiece;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Which transactions a snapshot saw, by their numbers (docs "pg_snapshot components").
 *
 * @param xmin all before were ended
 * @param xmax none from here on was begun
 * @param running those between that were not ended
 * @param high the end of the log when the rows had been read
 */
record SnapshotMark(long xmin, long xmax, Set<Long> running, Position high) implements SnapshotReader.Watermark {

    static SnapshotMark of(String snapshot, Position high) {
        String[] parts = snapshot.split(":", -1);
        Set<Long> running = parts[2].isEmpty()
                ? Set.of()
                : Arrays.stream(parts[2].split(",", -1)).map(Long::parseLong).collect(Collectors.toUnmodifiableSet());
        return new SnapshotMark(Long.parseLong(parts[0]), Long.parseLong(parts[1]), running, high);
    }

    /** The log names only committed transactions, so one that was ended is one that was seen. */
    @Override
    public boolean saw(TransactionPiece piece) {
        if (piece.transaction().isEmpty()) {
            return false;
        }
        long xid = whole(Integer.parseUnsignedInt(piece.transaction()));
        return xid < xmin || (xid < xmax && !running.contains(xid));
    }

    @Override
    public boolean passed(SnapshotReader.Outset outset) {
        return xmin >= ((Numbers) outset).next();
    }

    /**
     * All transactions that had a number at some moment.
     *
     * @param next the first number that was not given yet
     */
    record Numbers(long next) implements SnapshotReader.Outset {}

    /** The log has the lower half of the number only; transactions of the log and the snapshot are never half a circle apart. */
    private long whole(int lower) {
        return xmax + (lower - (int) xmax);
    }
}
