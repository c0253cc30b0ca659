package io.tallystick.cdc;

import java.util.List;
import java.util.stream.IntStream;

/**
 * A table of a source as its log describes it from a certain change on; a change of its shape makes a new value. The
 * same object is shared by all changes between, so that whoever prepares something for a table compares by identity
 * first.
 *
 * @param columns in the order of the cells of its rows
 */
public record SourceTable(TableName name, List<SourceColumn> columns) {

    public SourceTable {
        columns = List.copyOf(columns);
    }

    /** The places of the columns that name a row; empty when the table has no replica identity. */
    public int[] keyColumns() {
        return IntStream.range(0, columns.size())
                .filter(i -> columns.get(i).key())
                .toArray();
    }

    /** The place of a column, or −1. */
    public int indexOf(String column) {
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).name().equals(column)) {
                return i;
            }
        }
        return -1;
    }
}
