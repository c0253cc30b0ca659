package io.tallystick.cdc.spool;

import io.tallystick.cdc.ColumnTypes;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.disk.Disk;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The end of a spool, where it grows: the segment in work, and what of it is durable. After a failed write or force that segment is cut
 * back to what was durable and never written again (Linux reports a lost page once and then forgets it). For the thread that writes,
 * but for what says otherwise.
 */
final class SpoolTail {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolTail.class);

    private final SegmentChain chain;
    private final Disk disk;
    private final ColumnTypes types;
    private final long segmentBytes;
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

    private volatile long writing;

    /** @param segmentBytes a segment that has so many gets no further transaction */
    SpoolTail(SegmentChain chain, Disk disk, ColumnTypes types, long segmentBytes) {
        this.chain = chain;
        this.disk = disk;
        this.types = types;
        this.segmentBytes = segmentBytes;
    }

    /** Goes on after what the chain has found on disk. */
    void adopt() {
        forgetWork(chain.end());
    }

    private void forgetWork(@Nullable Position end) {
        written = end;
        unfinished = false;
        progress = null;
        cutTo = -1;
        writing = 0;
    }

    /** The first segment of a new stretch; the chain is empty. */
    void begin(Position after) throws IOException {
        written = after;
        nextSegment();
    }

    boolean isUnfinished() {
        return unfinished;
    }

    /** Bytes of the newest segment, forced or not; any thread may ask. */
    long writing() {
        return writing;
    }

    void append(TransactionPiece piece) throws IOException {
        if (!unfinished && piece.last() && piece.changes().isEmpty()) {
            progress = piece;
            return;
        }
        progress = null;
        write(piece);
    }

    private void write(TransactionPiece piece) throws IOException {
        SegmentWriter to = writer;
        if (to == null || (!unfinished && to.size() >= segmentBytes)) {
            if (to != null) {
                force();
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
    void letGoOfNewest() throws IOException {
        Segment newest = chain.newest();
        long bytes = newest == null ? 0 : newest.extent().bytes();
        if (Math.max(bytes, writer == null ? 0 : writer.size()) >= segmentBytes) {
            force();
            nextSegment();
        }
    }

    private SegmentWriter nextSegment() throws IOException {
        closeWriter();
        cutNewest();
        Position after = written;
        if (after == null) {
            throw new IllegalStateException("the spool was not begun");
        }
        SegmentWriter made = SegmentWriter.create(disk, chain.nextName(), after, types);
        writer = made;
        durableComplete = made.size();
        chain.add(after, made.size());
        writing = made.size();
        return made;
    }

    void closeWriter() throws IOException {
        if (writer != null) {
            writer.close();
            writer = null;
        }
    }

    /** What a failed segment holds beyond what was durable would come twice: without it no other may be begun. */
    private void cutNewest() throws IOException {
        Segment newest = chain.newest();
        if (cutTo < 0 || newest == null) {
            return;
        }
        chain.lookWhetherNewestIsThere();
        try (Disk.Handle file = disk.open(newest.name())) {
            file.truncate(cutTo);
            file.force(false);
        }
        cutTo = -1;
    }

    /** Makes durable what was appended. */
    void force() throws IOException {
        chain.lookWhetherNewestIsThere();
        TransactionPiece last = progress;
        if (last != null) {
            progress = null;
            write(last);
        }
        SegmentWriter from = writer;
        Segment newest = chain.newest();
        if (from == null || newest == null || from.size() <= newest.extent().bytes()) {
            return;
        }
        from.force();
        durableComplete = from.complete();
        newest.extent().bytes(from.size());
        if (written != null) {
            chain.reach(written);
        }
    }

    /** The log is read anew from what is durable: the beginning of a transaction is of no use. */
    void dropUnfinished() {
        if (unfinished) {
            backToDurable();
        }
        progress = null;
    }

    /** What is not durable now never will be: the next segment begins after what is. */
    void backToDurable() {
        SegmentWriter broken = writer;
        Segment newest = chain.newest();
        unfinished = false;
        progress = null;
        written = chain.end();
        if (broken == null || newest == null) {
            return;
        }
        writer = null;
        writing = 0;
        cutTo = durableComplete;
        newest.extent().bytes(cutTo);
        try {
            broken.close();
        } catch (IOException e) {
            LOG.debug("closing a segment of the spool: {}", e.toString());
        }
    }

    /** Leaves nothing in work, to look at what lies on disk. */
    void rest() throws IOException {
        closeWriter();
        Segment newest = chain.newest();
        if (newest != null && chain.hasFile(newest)) {
            cutNewest();
        }
    }

    /** Leaves nothing in work, for all of it goes. */
    void clear() throws IOException {
        closeWriter();
        forgetWork(null);
    }
}
