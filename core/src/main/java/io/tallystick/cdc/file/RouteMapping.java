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
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** The routes of a pipeline file as one target sees them. For the thread of that target. */
public final class RouteMapping implements ChangeMapping {

    private final Map<TableName, List<Leg>> legs = new HashMap<>();
    private final Map<SourceTable, List<RouteCells>> prepared = new IdentityHashMap<>();

    /** @param tables the target's table for each destination, with the columns that the destination sets */
    public RouteMapping(PipelineSpec spec, String target, Function<Destination, TargetTable> tables) {
        for (Route route : spec.routes()) {
            for (Destination destination : route.to()) {
                if (destination.target().equals(target)) {
                    legs.computeIfAbsent(route.from(), from -> new ArrayList<>())
                            .add(new Leg(route, destination, tables.apply(destination)));
                }
            }
        }
    }

    @Override
    public void map(Change change, Consumer<TargetChange> out) {
        List<Leg> wanted = legs.get(change.table().name());
        if (wanted == null) {
            return;
        }
        prepared.computeIfAbsent(
                        change.table(),
                        source -> wanted.stream()
                                .map(leg -> RouteCells.of(source, leg))
                                .toList())
                .forEach(cells -> cells.map(change, out));
    }

    /** One destination of one route, with the table that it writes. */
    record Leg(Route route, Destination destination, TargetTable table) {}
}
