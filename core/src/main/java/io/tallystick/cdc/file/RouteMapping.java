package io.tallystick.cdc.file;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.ChangeMapping;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.file.PipelineSpec.Destination;
import io.tallystick.cdc.file.PipelineSpec.Route;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The routes of a pipeline file as one target sees them. For the thread of that target. */
public final class RouteMapping implements ChangeMapping {

    private final Map<TableName, List<Leg>> legs = new HashMap<>();
    private final Map<SourceTable, List<RouteCells>> prepared = new IdentityHashMap<>();
    private final @Nullable Growth growth;
    private final Set<TargetTable> filtered = new HashSet<>();
    /** For each table of the target the source's tables whose rows it holds. */
    private final Map<TableName, Set<TableName>> origins = new HashMap<>();

    /** @param tables the target's table for each destination, with the columns that the destination sets */
    public RouteMapping(PipelineSpec spec, String target, Function<Destination, TargetTable> tables) {
        this(spec, target, tables, null);
    }

    /** @param growth null when nobody knows how the source's tables look now: then every column must be there from the beginning */
    RouteMapping(PipelineSpec spec, String target, Function<Destination, TargetTable> tables, @Nullable Growth growth) {
        this.growth = growth;
        for (Route route : spec.routes()) {
            for (Destination destination : route.to()) {
                if (destination.target().equals(target)) {
                    add(new Leg(route, destination, tables.apply(destination)));
                }
            }
        }
    }

    private void add(Leg leg) {
        TableName from = leg.route().from();
        legs.computeIfAbsent(from, table -> new ArrayList<>()).add(leg);
        origins.computeIfAbsent(leg.table().name(), table -> new HashSet<>()).add(from);
        if (leg.route().filter() != null) {
            filtered.add(leg.table());
        }
    }

    @Override
    public void map(Change change, Consumer<TargetChange> out) {
        List<Leg> wanted = legs.get(change.table().name());
        if (wanted == null) {
            return;
        }
        List<RouteCells> cells = prepared.computeIfAbsent(
                change.table(),
                source -> wanted.stream()
                        .map(leg -> RouteCells.of(source, leg, growth))
                        .toList());
        if (change.operation() == Change.Operation.TRUNCATE) {
            Emptying.of(change.table().name(), wanted, origins).give(out);
        } else if (cells.size() == 1) {
            cells.get(0).map(change, out);
        } else {
            FanOut fan = new FanOut();
            cells.forEach(leg -> fan.add(leg, change));
            fan.give(out);
        }
    }

    @Override
    public boolean isFiltered(TargetTable table) {
        return filtered.contains(table);
    }

    /** A filter may keep a parent away. */
    @Override
    public boolean copiesParentsToo() {
        Set<TableName> whole = new HashSet<>(origins.keySet());
        filtered.forEach(table -> whole.remove(table.name()));
        Set<TableName> parents = legs.values().stream()
                .flatMap(List::stream)
                .flatMap(leg -> leg.table().parents().stream())
                .collect(Collectors.toSet());
        return !parents.isEmpty() && whole.containsAll(parents);
    }

    /** One destination of one route, with the table that it writes. */
    record Leg(Route route, Destination destination, TargetTable table) {}
}
