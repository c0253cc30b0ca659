package io.tallystick.cdc.file;

import io.tallystick.cdc.Change;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetChange;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.file.Growth.ColumnsMissing;
import io.tallystick.cdc.replicator.ChangeMapping;
import io.tallystick.cdc.replicator.ConflictPolicy;
import io.tallystick.cdc.replicator.Mirror;
import io.tallystick.cdc.replicator.TableWatch;
import io.tallystick.cdc.replicator.Unfit;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A mapping that is made when the first change comes, because its target may be away when the pipeline starts, and made anew without the
 * tables that the target takes no rows for. For one thread.
 */
final class LateMapping implements ChangeMapping, TableWatch {

    private final Function<Set<TableName>, RouteMapping> maker;
    private final Consumer<ColumnsMissing> grower;
    private final TableFitness fitness;
    private final Map<TableName, RouteMapping> known = new LinkedHashMap<>();
    private Set<TableName> leftOut = Set.of();
    private @Nullable RouteMapping made;
    private @Nullable ColumnsMissing missing;

    /**
     * @param maker makes it without these tables of the source
     * @param grower adds columns to the target's tables
     */
    LateMapping(Function<Set<TableName>, RouteMapping> maker, Consumer<ColumnsMissing> grower, TableFitness fitness) {
        this.maker = maker;
        this.grower = grower;
        this.fitness = fitness;
    }

    @Override
    public void map(Change change, Consumer<TargetChange> out) {
        try {
            mapping().map(change, out);
        } catch (UnavailableException e) {
            // the next try looks at the target's tables anew: somebody may have mended them
            made = null;
            missing = e instanceof ColumnsMissing columns ? columns : null;
            throw e;
        }
    }

    private RouteMapping mapping() {
        RouteMapping mapping = made;
        if (mapping == null) {
            grow();
            mapping = make();
            made = mapping;
            for (TableName source : mapping.written().keySet()) {
                known.put(source, mapping);
            }
        }
        return mapping;
    }

    @Override
    public boolean copiesParentsToo() {
        return mapping().copiesParentsToo();
    }

    @Override
    public boolean settlesConflicts() {
        return mapping().settlesConflicts();
    }

    @Override
    public @Nullable ConflictPolicy onConflict(TargetTable table) {
        return mapping().onConflict(table);
    }

    @Override
    public boolean isFiltered(TargetTable table) {
        ChangeMapping mapping = made;
        return mapping != null && mapping.isFiltered(table);
    }

    /** At the beginning of a session, before anything is locked by its transaction. */
    private void grow() {
        ColumnsMissing columns = missing;
        missing = null;
        if (columns != null && !columns.toFollow().isEmpty()) {
            grower.accept(columns);
        }
    }

    @Override
    public List<Mirror> mirrors(SourceTable source) {
        return mapping().mirrors(source);
    }

    private RouteMapping make() {
        try {
            return maker.apply(leftOut);
        } catch (RejectedException e) {
            // not the change is wrong but the target's tables: wait until somebody has mended them
            throw new UnavailableException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public TableWatch watch() {
        return this;
    }

    @Override
    public void leaveOut(Set<TableName> sources) {
        if (!sources.equals(leftOut)) {
            // what comes back may not be what it was: a person may want it as it is now
            known.keySet().removeAll(leftOut);
            leftOut = Set.copyOf(sources);
            made = null;
        }
    }

    /** A table that was never seen to be fit may not be one that a copy makes whole: then the target waits. */
    @Override
    public Map<TableName, Unfit> unfit() {
        Map<TableName, Unfit> all = new LinkedHashMap<>();
        known.forEach((source, mapping) -> {
            Unfit unfit = leftOut.contains(source)
                    ? null
                    : fitness.look(source, mapping.written().getOrDefault(source, Map.of()));
            if (unfit != null) {
                String hindrance =
                        mapping.notMendedByCopy(fitness.describe(source)).orElse(null);
                all.put(source, unfit.hinderedBy(hindrance));
            }
        });
        return all;
    }

    @Override
    public @Nullable Unfit look(TableName source, @Nullable Map<TableName, List<String>> written) {
        Unfit unfit = fitness.look(source, written == null ? Map.of() : written);
        if (unfit != null || written == null) {
            return unfit;
        }
        Set<TableName> others = new HashSet<>(leftOut);
        others.remove(source);
        return maker.apply(others)
                .notMendedByCopy(fitness.describe(source))
                .map(why -> new Unfit(
                        source + " could be written again, but is not the table that it was: " + why
                                + ". To have it copied as it is: tally pipeline resume FILE --table " + source,
                        null,
                        written,
                        null))
                .orElse(null);
    }
}
