package io.tallystick.cdc.replicator;

import java.util.List;

/**
 * Says in Java what a change of the source means for the tables of one target. A pipeline file names it ({@code mapper:}) with the
 * tables that it may write, and the program that runs the pipeline registers it under that name.
 *
 * <p>It must be a pure function of the change: the same change gives the same rows, whenever and however often it is asked. A group of
 * changes is made again after an error, a pipeline that is started anew maps again what was not committed, and a copy of the table
 * maps every row as an INSERT. So it asks no clock, no chance and no database; ids come from {@link NamedIds}. It is called by the
 * threads of all targets whose routes name it, at the same time.
 */
@FunctionalInterface
public interface RowMapper {

    /**
     * The rows that this change makes, in the order in which they are to be written; none when it means nothing here. A row that
     * another one points to comes first.
     *
     * @param change never a TRUNCATE: what was made of the rows of a table that is emptied is left where it is, and that is said
     * @throws RuntimeException when nothing can be made of it: the change is set aside. Of a {@link
     *     io.tallystick.jdbc.RejectedException} the message is kept, so it should hold no data; of others only the kind and the place
     */
    List<MappedRow> map(RowChange change);
}
