package io.tallystick.cdc.file;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.replicator.MappedRow;
import io.tallystick.cdc.replicator.ProgramError;
import io.tallystick.cdc.replicator.RowChange;
import io.tallystick.cdc.replicator.RowMapper;
import io.tallystick.jdbc.RejectedException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a mapper makes of the changes of one table for one target: all of its rows for a change, or none and the reason. For the thread
 * of that target.
 */
final class MapperLeg {

    private static final int LONGEST_KEY = 200;

    private final String name;
    private final @Nullable RowMapper mapper;
    private final Map<TableName, MappedTable> tables = new LinkedHashMap<>();
    private final boolean oldNullsCount;

    MapperLeg(String name, ProgramFunctions functions, List<TargetTable> tables, boolean oldNullsCount) {
        this.name = name;
        this.mapper = functions.mappers().get(name);
        this.oldNullsCount = oldNullsCount;
        tables.forEach(table -> this.tables.put(table.name(), new MappedTable(table)));
    }

    /** The binary log of MariaDB and MySQL leaves out what it does not tell; others show NULL instead. */
    static boolean oldNullsCount(PipelineSpec.SourceSpec source) {
        return source.query() == null && Preview.dialect(source.place().url()).isMySqlFamily();
    }

    /** Those that it may write. */
    Set<TableName> tables() {
        return tables.keySet();
    }

    /** The same as the target's catalog has them. */
    Stream<TargetTable> written() {
        return tables.values().stream().map(MappedTable::table);
    }

    /** @throws RejectedException naming mapper, table and key, when it makes nothing of this change */
    void map(Change change, Consumer<TargetChange> out) {
        if (change.operation() == Change.Operation.TRUNCATE) {
            throw new RejectedException(change.table().name() + " was emptied (TRUNCATE); what " + this
                    + " made of its rows is left in " + tables.keySet()
                    + "; delete it there, then discard this change");
        }
        List<TargetChange> made;
        try {
            made = changes(change);
        } catch (RuntimeException e) {
            throw new RejectedException(failed(change) + ": " + ProgramError.told(e), e);
        }
        made.forEach(out);
    }

    private List<TargetChange> changes(Change change) {
        if (mapper == null) {
            throw new IllegalStateException(this + " is not registered");
        }
        Row source = change.after() == null ? change.named() : change.after();
        List<TargetChange> made = new ArrayList<>();
        for (MappedRow row : mapper.map(RowChange.of(change, oldNullsCount))) {
            MappedTable table = tables.get(row.table());
            if (table == null || source == null) {
                throw new RejectedException("it gave a row of " + row.table()
                        + ", which the file does not name; it names " + tables.keySet());
            }
            made.add(table.change(row, source));
        }
        return made;
    }

    private String failed(Change change) {
        return this + " made nothing of this " + change.operation() + " of "
                + change.table().name() + key(change);
    }

    /** The row's key, unless the whole row serves as one. */
    private static String key(Change change) {
        SourceTable table = change.table();
        Row named = change.named();
        int[] places = table.keyColumns();
        if (named == null
                || places.length == 0
                || places.length == table.columns().size()) {
            return "";
        }
        List<String> cells = new ArrayList<>();
        for (int place : places) {
            SourceColumn column = table.columns().get(place);
            cells.add(column.name() + "=" + (named.isUnchanged(place) ? "?" : named.value(place)));
        }
        String text = " " + String.join(", ", cells);
        return text.length() > LONGEST_KEY ? text.substring(0, LONGEST_KEY) + "…" : text;
    }

    @Override
    public String toString() {
        return ProgramFunctions.mapper(name);
    }
}
