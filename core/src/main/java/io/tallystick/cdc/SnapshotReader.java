package io.tallystick.cdc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a table piece by piece in the order of its key, without locks and without writing to the source. Each chunk
 * says exactly which transactions it has seen, so that it can be put between the changes of the log
 * (Andreakis and Papapanagiotou: DBLog, arXiv 2010.12597, with the snapshot itself as the watermark). For one thread.
 */
public interface SnapshotReader extends AutoCloseable {

    /**
     * The next rows after a key.
     *
     * @param after the last key of the chunk before, as text in the order of the key columns; null to begin
     * @param last the last key to read, included; null for the end of the table
     * @param rows how many at most
     */
    Chunk read(SourceTable table, @Nullable List<String> after, @Nullable List<String> last, int rows);

    /**
     * The mark that chunks have to pass before the log can be trusted to tell everything that they did not see. A transaction is in the
     * log a moment before it is visible to others (with a synchronous replica that is away: long before), so what was read of the log
     * already may still be missing in the rows. To be called when the log's changes are remembered already.
     *
     * @param read how far the log was read before that
     */
    Outset outset(Position read);

    /**
     * The columns by which chunks are cut, in the order in which they sort.
     *
     * @throws io.tallystick.jdbc.RejectedException when the table has no key
     */
    default List<String> keyOrder(SourceTable table) {
        int[] cells = table.keyColumns();
        if (cells.length != 1) {
            throw new UnsupportedOperationException(
                    "in which order the key of " + table.name() + " sorts is not known");
        }
        return List.of(table.columns().get(cells[0]).name());
    }

    /**
     * Whether the source sorts the values of a column of a key as their texts read, character by character, so that it can be told without
     * it which of two keys comes first. Whole numbers are told by their value.
     */
    default boolean sortsAsText(SourceColumn column) {
        return false;
    }

    /** About how many rows the table has, from the statistics. */
    long estimatedRows(TableName table);

    @Override
    void close();

    /**
     * Rows of one table as one moment saw them.
     *
     * @param rows complete rows, in the log's own encoding
     * @param upTo the key of the last row, as text; null when the table ended here
     * @param watermark what this moment had seen
     */
    record Chunk(List<Row> rows, @Nullable List<String> upTo, Watermark watermark) {}

    /** What a moment had seen of the log. */
    interface Watermark {

        /** Whether this transaction's changes are in the rows already; false also when that is not sure. */
        boolean saw(TransactionPiece piece);

        /** The end of the log when the rows had been read: once the log was read up to here, the rows may be applied. */
        Position high();

        /**
         * Whether every transaction that the log told before this mark is in the rows. Once it is for one chunk it is for all later ones.
         * False also when that is not sure.
         */
        boolean passed(Outset outset);
    }

    /** A mark of {@link #outset}; known to nobody but who made it. */
    interface Outset {}
}
