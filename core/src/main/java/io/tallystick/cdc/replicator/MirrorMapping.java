package io.tallystick.cdc.replicator;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.UnavailableException;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Rows as they are, column by column of the same name; tables may have another name. Tables without a route are left out. For the
 * thread of one target.
 */
public final class MirrorMapping implements ChangeMapping {

    private final Map<TableName, TargetTable> routes;
    private final Map<SourceTable, Cells> prepared = new IdentityHashMap<>();
    private @Nullable SourceTable last;
    private @Nullable Way lastWay;

    /** @param routes source's table to target's */
    public MirrorMapping(Map<TableName, TargetTable> routes) {
        this.routes = Map.copyOf(routes);
    }

    @Override
    public void map(Change change, Consumer<TargetChange> out) {
        Way way = way(change.table());
        if (way != null) {
            out.accept(new TargetChange(
                    way.table,
                    verb(change.operation()),
                    way.cells.row(change.before()),
                    way.cells.row(change.after())));
        }
    }

    /** Mostly that of the change before. */
    private @Nullable Way way(SourceTable source) {
        if (!source.equals(last)) {
            TargetTable table = routes.get(source.name());
            lastWay = table == null
                    ? null
                    : new Way(table, prepared.computeIfAbsent(source, each -> Cells.of(each, table)));
            last = source;
        }
        return lastWay;
    }

    @Override
    public boolean copiesParentsToo() {
        Set<TableName> written = routes.values().stream().map(TargetTable::name).collect(Collectors.toSet());
        Set<TableName> parents = routes.values().stream()
                .flatMap(table -> table.parents().stream())
                .collect(Collectors.toSet());
        return !parents.isEmpty() && written.containsAll(parents);
    }

    @Override
    public List<Mirror> mirrors(SourceTable source) {
        TargetTable table = routes.get(source.name());
        if (table == null || isMerged(table)) {
            return List.of();
        }
        int[] from = Cells.of(source, table).from;
        return Ownership.hindrance(source, table, from, false).isPresent()
                ? List.of()
                : List.of(new Mirror(table, Ownership.keyCells(table, from)));
    }

    private boolean isMerged(TargetTable table) {
        return routes.values().stream()
                        .filter(other -> other.name().equals(table.name()))
                        .count()
                > 1;
    }

    private static TargetChange.Verb verb(Change.Operation operation) {
        return switch (operation) {
            case INSERT -> TargetChange.Verb.INSERT;
            case UPDATE -> TargetChange.Verb.UPDATE;
            case PUT -> TargetChange.Verb.UPSERT;
            case DELETE -> TargetChange.Verb.DELETE;
            case TRUNCATE -> TargetChange.Verb.TRUNCATE;
        };
    }

    private record Way(TargetTable table, Cells cells) {}

    private record Cells(int[] from) {

        static Cells of(SourceTable source, TargetTable target) {
            List<String> lost = target.columns().stream()
                    .map(TargetColumn::name)
                    .filter(column -> source.indexOf(column) < 0)
                    .toList();
            if (!lost.isEmpty()) {
                throw new UnavailableException(
                        "the source's " + source.name() + " has no column " + String.join(", ", lost)
                                + " any more, which " + target.name() + " is to get; change the route, or the table",
                        null);
            }
            return new Cells(target.columns().stream()
                    .mapToInt(column -> source.indexOf(column.name()))
                    .toArray());
        }

        @Nullable
        TargetRow row(@Nullable Row row) {
            return row == null ? null : new TargetRow(row, from, null);
        }
    }
}
