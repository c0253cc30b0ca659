package io.tallystick.cdc.file;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.query.QuerySettings;
import io.tallystick.cdc.replicator.ConflictPolicy;
import io.tallystick.cdc.replicator.PipelineSettings;
import io.tallystick.cdc.replicator.RunnerSettings;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a pipeline file says, checked as far as a file can be checked alone.
 *
 * @param name unique among the pipelines of a target; never changed
 * @param spool where changes wait on disk for a target that cannot take them; null for nowhere
 */
public record PipelineSpec(
        String name,
        SourceSpec source,
        Map<String, Place> targets,
        List<Route> routes,
        PipelineSettings settings,
        RunnerSettings running,
        @Nullable SpoolSettings spool) {

    public PipelineSpec {
        // in their order: runners agree by it on who runs
        targets = Collections.unmodifiableMap(new LinkedHashMap<>(targets));
        routes = List.copyOf(routes);
    }

    /** What the program that runs this pipeline has to register, in the order of the file: kind and name, as {@code mapper mailboxes} or {@code
     * decider newest}. */
    public Set<String> functions() {
        Set<String> names = new LinkedHashSet<>();
        for (Route route : routes) {
            route.mapped().forEach(mapped -> names.add(ProgramFunctions.mapper(mapped.mapper())));
            for (Destination destination : route.to()) {
                ConflictPolicy policy = destination.onConflict();
                if (policy != null && policy.decider() instanceof NamedDecider named) {
                    names.add(ProgramFunctions.decider(named.name()));
                }
            }
        }
        return names;
    }

    /** The same without the routes of these tables. */
    PipelineSpec without(Set<TableName> sources) {
        List<Route> rest =
                routes.stream().filter(route -> !sources.contains(route.from())).toList();
        return new PipelineSpec(name, source, targets, rest, settings, running, spool);
    }

    /** Without a spool. */
    public PipelineSpec(
            String name, SourceSpec source, Map<String, Place> targets, List<Route> routes, PipelineSettings settings) {
        this(name, source, targets, routes, settings, RunnerSettings.standard(), null);
    }

    /**
     * How to reach a database; shows no password.
     *
     * @param conversion what becomes of values that a target cannot express; means nothing for a source
     */
    public record Place(
            String url,
            String user,
            String password,
            @Nullable String tlsMode,
            ConversionPolicy conversion) {

        /** With the standard policy. */
        public Place(String url, String user, String password, @Nullable String tlsMode) {
            this(url, user, password, tlsMode, ConversionPolicy.standard());
        }

        @Override
        public String toString() {
            return "Place[" + url.replaceAll("[?;].*", "") + ", user=" + user + "]";
        }
    }

    /**
     * Where changes come from.
     *
     * @param slot PostgreSQL's replication slot and publication; other databases need none
     * @param query how the tables are asked for changes; null when the log is read
     * @param options what only sources of this family have, by name; may hold secrets
     */
    public record SourceSpec(
            Place place,
            List<TableName> tables,
            String slot,
            @Nullable QuerySettings query,
            Map<String, String> options) {

        /** A source whose log is read. */
        public SourceSpec(Place place, List<TableName> tables, String slot) {
            this(place, tables, slot, null, Map.of());
        }

        public SourceSpec {
            options = Map.copyOf(options);
            tables = List.copyOf(tables);
        }
    }

    /**
     * What becomes of a table's changes.
     *
     * @param filter rows for which it is not true are left out; null for all
     * @param mapped what the program that runs the pipeline makes of them
     */
    public record Route(TableName from, @Nullable Expression filter, List<Destination> to, List<Mapped> mapped) {

        public Route {
            to = List.copyOf(to);
            mapped = List.copyOf(mapped);
        }

        /** Without a mapper. */
        public Route(TableName from, @Nullable Expression filter, List<Destination> to) {
            this(from, filter, to, List.of());
        }
    }

    /**
     * The rows that a {@link io.tallystick.cdc.replicator.RowMapper} makes of a row of the source.
     *
     * @param mapper the name under which the program registers it
     * @param tables those that it may write, with all of their columns
     */
    public record Mapped(String target, String mapper, List<Destination> tables) {

        public Mapped {
            tables = List.copyOf(tables);
        }
    }

    /**
     * One row that a row of the source makes.
     *
     * @param columns what goes into which column; empty for all columns of the same name
     * @param added what becomes of columns that the source's table has and the target's lacks; only for all columns of the same name
     * @param onConflict what is done where somebody else has written to the table; null for what the database says
     */
    public record Destination(
            String target,
            TableName table,
            Mode mode,
            Map<String, Expression> columns,
            AddedColumns added,
            @Nullable ConflictPolicy onConflict) {

        public Destination {
            columns = Map.copyOf(columns);
        }

        /** Leaves out columns that the target's table lacks. */
        public Destination(String target, TableName table, Mode mode, Map<String, Expression> columns) {
            this(target, table, mode, columns, AddedColumns.IGNORE, null);
        }
    }

    /** What becomes of columns that the source's table has and the target's lacks. */
    public enum AddedColumns {
        /** They are left out. The default: a target's tables are somebody's, and are neither altered nor held up unasked. */
        IGNORE,
        /** The target waits until somebody has added them, and says by which statement. */
        PAUSE,
        /** They are added to the target's table, which is then copied anew for the rows that were there before. */
        FOLLOW
    }

    /** What later changes of the source's row do to the rows it made. */
    public enum Mode {
        /** The row follows every change. */
        MIRROR,
        /** The row is made once and then belongs to the target. */
        INSERT_IF_ABSENT,
        /** The columns of the route follow, other columns belong to the target; the row goes with its source's. */
        OWNED
    }
}
