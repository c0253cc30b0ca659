package io.tallystick.cdc.file;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.file.PipelineSpec.Destination;
import io.tallystick.cdc.file.PipelineSpec.Mapped;
import io.tallystick.cdc.file.PipelineSpec.Route;
import io.tallystick.cdc.replicator.ChangeMapping;
import io.tallystick.cdc.replicator.ConflictPolicy;
import io.tallystick.cdc.replicator.Mirror;
import io.tallystick.cdc.replicator.Ownership;
import io.tallystick.jdbc.RejectedException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The routes of a pipeline file as one target sees them. For the thread of that target. */
public final class RouteMapping implements ChangeMapping {

    private final Map<TableName, List<Leg>> legs = new HashMap<>();
    private final Map<SourceTable, List<RouteCells>> prepared = new IdentityHashMap<>();
    private final @Nullable Growth growth;
    private final Set<TargetTable> filtered = new HashSet<>();
    private final Map<TargetTable, ConflictPolicy> policies = new HashMap<>();
    private final Map<TableName, List<MapperLeg>> mapped = new HashMap<>();
    /** For each table of the target the source's tables whose rows it holds. */
    private final Map<TableName, Set<TableName>> origins = new HashMap<>();

    private final boolean sameEngine;

    /** @param tables the target's table for each destination, with the columns that the destination sets */
    public RouteMapping(PipelineSpec spec, String target, Function<Destination, TargetTable> tables) {
        this(spec, target, tables, ProgramFunctions.NONE, null);
    }

    /**
     * @param functions what the file names; only who maps changes needs it
     * @param growth null when nobody knows how the source's tables look now: then every column must be there from the beginning
     */
    RouteMapping(
            PipelineSpec spec,
            String target,
            Function<Destination, TargetTable> tables,
            ProgramFunctions functions,
            @Nullable Growth growth) {
        this.growth = growth;
        this.sameEngine = isSameEngine(spec, target);
        boolean oldNullsCount = MapperLeg.oldNullsCount(spec.source());
        for (Route route : spec.routes()) {
            for (Destination destination : route.to()) {
                if (destination.target().equals(target)) {
                    add(new Leg(route, destination, tables.apply(destination)), functions);
                }
            }
            for (Mapped one : route.mapped()) {
                if (one.target().equals(target)) {
                    List<TargetTable> written =
                            one.tables().stream().map(tables).toList();
                    add(route.from(), new MapperLeg(one.mapper(), functions, written, oldNullsCount));
                }
            }
        }
    }

    private void add(Leg leg, ProgramFunctions functions) {
        TableName from = leg.route().from();
        legs.computeIfAbsent(from, table -> new ArrayList<>()).add(leg);
        origins.computeIfAbsent(leg.table().name(), table -> new HashSet<>()).add(from);
        ConflictPolicy policy = leg.destination().onConflict();
        if (policy != null) {
            policies.put(leg.table(), wanted(policy, leg.table(), functions));
        }
        if (leg.route().filter() != null) {
            filtered.add(leg.table());
        }
    }

    private void add(TableName from, MapperLeg leg) {
        mapped.computeIfAbsent(from, table -> new ArrayList<>()).add(leg);
        leg.tables()
                .forEach(table ->
                        origins.computeIfAbsent(table, name -> new HashSet<>()).add(from));
    }

    private static ConflictPolicy wanted(ConflictPolicy policy, TargetTable table, ProgramFunctions functions) {
        Set<String> written = table.columns().stream().map(TargetColumn::name).collect(Collectors.toSet());
        List<String> unknown = ConflictSection.columns(policy).stream()
                .filter(column -> !written.contains(column))
                .toList();
        if (!unknown.isEmpty()) {
            throw new RejectedException("'on_conflict' names the column " + String.join(", ", unknown)
                    + ", which the route does not write into " + table.name() + "; correct the route");
        }
        return policy.decider() instanceof NamedDecider named ? ConflictPolicy.by(named.among(functions)) : policy;
    }

    @Override
    public void map(Change change, Consumer<TargetChange> out) {
        if (mapped.isEmpty()) {
            mapByFile(change, out);
        } else {
            mapByAll(change, out);
        }
    }

    private void mapByAll(Change change, Consumer<TargetChange> out) {
        @Nullable RejectedException refused = refusal(() -> mapByFile(change, out));
        for (MapperLeg leg : mapped.getOrDefault(change.table().name(), List.of())) {
            RejectedException next = refusal(() -> leg.map(change, out));
            if (refused != null && next != null) {
                refused.addSuppressed(next);
            }
            refused = refused == null ? next : refused;
        }
        if (refused != null) {
            throw refused;
        }
    }

    private static @Nullable RejectedException refusal(Runnable mapping) {
        try {
            mapping.run();
            return null;
        } catch (RejectedException e) {
            return e;
        }
    }

    private void mapByFile(Change change, Consumer<TargetChange> out) {
        List<Leg> wanted = legs.get(change.table().name());
        if (wanted == null) {
            return;
        }
        List<RouteCells> cells = prepared.get(change.table());
        if (cells == null) {
            cells = wanted.stream()
                    .map(leg -> RouteCells.of(change.table(), leg, growth))
                    .toList();
            prepared.put(change.table(), cells);
        }
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
    public boolean settlesConflicts() {
        return !policies.isEmpty();
    }

    @Override
    public @Nullable ConflictPolicy onConflict(TargetTable table) {
        return policies.get(table);
    }

    @Override
    public boolean isFiltered(TargetTable table) {
        return filtered.contains(table);
    }

    /** A filter may keep a parent away, and so may a mapper. */
    @Override
    public boolean copiesParentsToo() {
        Set<TableName> whole = new HashSet<>(origins.keySet());
        filtered.forEach(table -> whole.remove(table.name()));
        mapped.values().stream().flatMap(List::stream).forEach(leg -> whole.removeAll(leg.tables()));
        Set<TableName> parents = legs.values().stream()
                .flatMap(List::stream)
                .flatMap(leg -> leg.table().parents().stream())
                .collect(Collectors.toSet());
        return !parents.isEmpty() && whole.containsAll(parents);
    }

    private static boolean isSameEngine(PipelineSpec spec, String target) {
        PipelineSpec.Place place = spec.targets().get(target);
        return place != null
                && Preview.dialect(place.url())
                        == Preview.dialect(spec.source().place().url());
    }

    @Override
    public List<Mirror> mirrors(SourceTable source) {
        List<Mirror> mirrors = new ArrayList<>();
        for (Leg leg : legs.getOrDefault(source.name(), List.of())) {
            int[] from = RouteCells.of(source, leg, growth).from();
            if (kept(source, leg, from).isEmpty()) {
                mirrors.add(new Mirror(leg.table(), Ownership.keyCells(leg.table(), from)));
            }
        }
        return mirrors;
    }

    /** For each destination of this table why rows that the source has no more stay there; empty text when they go. */
    Map<TableName, String> keptRows(SourceTable source) {
        Map<TableName, String> kept = new LinkedHashMap<>();
        for (Leg leg : legs.getOrDefault(source.name(), List.of())) {
            kept.put(
                    leg.table().name(),
                    kept(source, leg, RouteCells.of(source, leg, growth).from()).orElse(""));
        }
        for (MapperLeg leg : mapped.getOrDefault(source.name(), List.of())) {
            leg.tables().forEach(table -> kept.put(table, "its rows are made by " + leg));
        }
        return kept;
    }

    /** For each table of the source the tables that it fills here, each with the columns that are written; not what a mapper makes. */
    Map<TableName, Map<TableName, List<String>>> written() {
        Map<TableName, Map<TableName, List<String>>> all = new LinkedHashMap<>();
        legs.forEach((from, each) -> {
            Map<TableName, List<String>> tables = new LinkedHashMap<>();
            each.forEach(leg -> tables.put(
                    leg.table().name(),
                    leg.table().columns().stream().map(TargetColumn::name).toList()));
            all.put(from, tables);
        });
        return all;
    }

    /**
     * Why a copy alone does not make whole again what this table of the source fills here, once its changes were left out for a while;
     * empty when it does.
     */
    Optional<String> notMendedByCopy(SourceTable source) {
        if (mapped.containsKey(source.name())) {
            return Optional.of("a mapper makes rows of it");
        }
        return legs.getOrDefault(source.name(), List.of()).stream()
                .map(leg -> notMendedByCopy(source, leg))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> notMendedByCopy(SourceTable source, Leg leg) {
        TargetTable table = leg.table();
        Optional<String> kept =
                kept(source, leg, RouteCells.of(source, leg, growth).from());
        if (kept.isPresent()) {
            return kept.map(why -> why + ", so rows that the source has no more would stay in " + table.name());
        }
        if (policies.containsKey(table)) {
            return Optional.of(table.name() + " has a policy for conflicts, and a copy settles none");
        }
        if (table.inOrder()) {
            return Optional.of(
                    table.name()
                            + " has a second unique key, a trigger or a foreign key to itself, which would notice that changes are missing");
        }
        Set<TableName> tied = new TreeSet<>(Comparator.comparing(TableName::toString));
        tied.addAll(table.parents());
        tied.retainAll(origins.keySet());
        all().filter(other -> other.parents().contains(table.name())).forEach(other -> tied.add(other.name()));
        return tied.isEmpty()
                ? Optional.empty()
                : Optional.of("a foreign key ties " + table.name() + " to " + tied
                        + ", and rows of the one would be refused for want of the other's");
    }

    private Stream<TargetTable> all() {
        return Stream.concat(
                legs.values().stream().flatMap(List::stream).map(Leg::table),
                mapped.values().stream().flatMap(List::stream).flatMap(MapperLeg::written));
    }

    private Optional<String> kept(SourceTable source, Leg leg, int[] from) {
        if (leg.destination().mode() != PipelineSpec.Mode.MIRROR) {
            return Optional.of("mode "
                    + leg.destination().mode().name().toLowerCase(Locale.ROOT)
                    + ": its rows belong to the target");
        }
        if (leg.route().filter() != null) {
            return Optional.of("the route has a filter");
        }
        long writers = legs.values().stream()
                .flatMap(List::stream)
                .filter(other -> other.table().name().equals(leg.table().name()))
                .count();
        boolean byMapper = mapped.values().stream()
                .flatMap(List::stream)
                .anyMatch(other -> other.tables().contains(leg.table().name()));
        if (byMapper) {
            return Optional.of("a mapper writes it too");
        }
        return writers > 1
                ? Optional.of(writers + " routes write it")
                : Ownership.hindrance(source, leg.table(), from, sameEngine);
    }

    /** One destination of one route, with the table that it writes. */
    record Leg(Route route, Destination destination, TargetTable table) {}
}
