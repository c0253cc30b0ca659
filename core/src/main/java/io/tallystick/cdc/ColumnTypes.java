package io.tallystick.cdc;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * How one engine keeps its column types on disk, for rows that wait there in the log's own encoding. A later version reads what an
 * earlier one wrote. Thread-safe.
 */
public interface ColumnTypes {

    /** Writes a type of this engine whole: reading it needs neither the source nor its catalog, which may have changed meanwhile. */
    void write(ColumnType type, DataOutput out) throws IOException;

    /**
     * A type equal to the one that was written.
     *
     * @throws io.tallystick.jdbc.CorruptionException when this version does not know what stands there
     */
    ColumnType read(DataInput in) throws IOException;
}
