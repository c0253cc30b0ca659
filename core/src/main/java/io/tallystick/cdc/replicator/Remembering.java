package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SnapshotReader.Chunk;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of remembering what the log changes in some tables. What the log told before it is not remembered, so a chunk counts
 * only when it has seen all of that. For the thread that copies.
 */
final class Remembering {

    private final Position read;
    private SnapshotReader.@Nullable Outset outset;
    private boolean passed;

    /** @param read how far the log was read when it began */
    Remembering(Position read) {
        this.read = read;
    }

    /** How far the log was read when it began. */
    Position read() {
        return read;
    }

    /** To be called before a chunk is read. */
    void prepare(SnapshotReader reader) {
        if (outset == null) {
            outset = reader.outset(read);
        }
    }

    /** Whether nothing that was not remembered is missing in this chunk. */
    boolean isPassedBy(Chunk chunk) {
        if (!passed && outset != null) {
            passed = chunk.watermark().passed(outset);
        }
        return passed;
    }
}
