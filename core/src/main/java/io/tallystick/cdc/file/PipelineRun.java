package io.tallystick.cdc.file;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.cdc.CdcEngine;
import io.tallystick.cdc.ChangeSource;
import io.tallystick.cdc.KeptLog;
import io.tallystick.cdc.PieceSpool;
import io.tallystick.cdc.RowWriter;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.SpoolSettings;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.file.PipelineSpec.Place;
import io.tallystick.cdc.replicator.KeySpan;
import io.tallystick.cdc.replicator.PipelineControl;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineLive;
import io.tallystick.cdc.replicator.PipelineRunner;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.cdc.replicator.ReplicatedTarget;
import io.tallystick.cdc.replicator.Unfit;
import io.tallystick.cdc.spool.DiskSpool;
import io.tallystick.cdc.type.TypeReport;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.TallystickException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pipeline with everything that its file names: the source, a pool for each target, the mapping. Thread-safe; {@link #close()} ends
 * all of it.
 *
 * <pre>{@code
 * try (PipelineRun run = PipelineRun.of(PipelineFile.read(Path.of("accounts.yaml")))) {
 *     run.examine().forEach(System.out::println);
 *     run.start();
 *     ...
 * }
 * }</pre>
 */
public final class PipelineRun implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(PipelineRun.class);
    private static final int CONNECTIONS = 3;

    private final PipelineSpec spec;
    private final ProgramFunctions functions;
    private final ChangeSource source;
    private final Map<String, Open> targets = new LinkedHashMap<>();
    private @Nullable PipelineRunner runner;

    PipelineRun(PipelineSpec spec, ProgramFunctions functions) {
        this.spec = spec;
        this.functions = functions;
        Place from = spec.source().place();
        this.source = Engines.source(spec.source(), settings(from));
        spec.targets().forEach((name, place) -> {
            CdcEngine engine = Engines.of(place.url());
            // a runner tries again itself, and a person who asks waits for the answer
            targets.put(
                    name, new Open(engine, place, engine.target(settings(place)).tellingWhenNobodyListens()));
        });
    }

    /**
     * Opens what the specification names. Nothing is started, and no database need be there.
     *
     * @throws RejectedException when no module on the class path knows one of the databases
     */
    public static PipelineRun of(PipelineSpec spec) {
        return builder().open(spec);
    }

    /** Begins with a program of one's own: it registers mappers, and then opens or starts the pipeline. */
    public static PipelineRunBuilder builder() {
        return new PipelineRunBuilder(ProgramFunctions.NONE);
    }

    /**
     * Reads the file and starts the pipeline.
     *
     * @throws PipelineFileException with every mistake of the file
     */
    public static PipelineRun start(Path file) {
        return builder().start(file);
    }

    private static ConnectionSettings settings(Place place) {
        ConnectionSettings settings = ConnectionSettings.of(place.url(), place.user(), place.password())
                .withPoolSize(CONNECTIONS)
                .withApplicationName("tally-pipeline");
        return place.tlsMode() == null ? settings : settings.withTlsMode(place.tlsMode());
    }

    /**
     * Everything that stands in the way, at the source and at each target; touches nothing.
     *
     * @return findings whose subject begins with {@code source} or with the target's name
     */
    public List<Finding> examine() {
        Map<String, DataSource> pools = new LinkedHashMap<>();
        targets.forEach((name, open) -> pools.put(name, open.pool));
        return new Examination(spec, source, pools).examine();
    }

    /**
     * What becomes of each column's values, by target; computed columns are left out.
     *
     * @throws TallystickException when a database does not answer or lacks a table
     */
    public Map<String, List<TypeReport>> types() {
        Map<String, List<TypeReport>> reports = new LinkedHashMap<>();
        targets.forEach((name, open) -> reports.put(
                name, new Preview(spec, name).types(source, new TargetTables(spec, name, open.pool).read())));
        return reports;
    }

    /** Creates the tables that routes carry over whole and that a target lacks, with keys and types; returns their names by target. */
    public Map<String, Set<TableName>> createMissingTables() {
        Map<String, Set<TableName>> made = new LinkedHashMap<>();
        targets.forEach((name, open) -> made.put(name, new Preview(spec, name).createMissing(source, open.pool)));
        return made;
    }

    /** Installs the tables of component cdc in every target that lacks them; where all is there, no right to make tables is needed. */
    public void install() {
        targets.values().forEach(open -> {
            Schema schema = Schema.of(Jdbc.on(open.pool));
            if (!schema.problems("cdc").isEmpty()) {
                schema.install("cdc");
            }
        });
    }

    /**
     * Starts to copy and to replicate, or to stand by while somebody else does; returns at once. A spool that cannot be used is told as
     * the reason why it does not run.
     *
     * @throws RejectedException when the file names what nobody has registered
     */
    public synchronized void start() {
        functions.refuseMissing(spec);
        if (runner != null) {
            throw new IllegalStateException("pipeline " + spec.name() + " was started already");
        }
        List<ReplicatedTarget> all = new ArrayList<>();
        targets.forEach((name, open) -> {
            Growth growth = new Growth(source, new Preview(spec, name).maker());
            LateMapping mapping = new LateMapping(
                    leftOut -> {
                        PipelineSpec rest = spec.without(leftOut);
                        return new RouteMapping(
                                rest, name, new TargetTables(rest, name, open.pool).read()::get, functions, growth);
                    },
                    columns -> grow(name, open, columns),
                    new TableFitness(spec, name, open.pool, source));
            all.add(new ReplicatedTarget(name, open.pool, dialect(open.place.url()), open.writer(), mapping));
        });
        runner = PipelineRunner.of(
                new PipelineRunner.Plan(spec.name(), source, tables(), all, spec.settings(), this::spool),
                spec.running());
        runner.start();
    }

    private @Nullable PieceSpool spool() {
        SpoolSettings where = spec.spool();
        return where == null ? null : DiskSpool.open(where, spec.name(), tables(), source.types());
    }

    /** The order first: rows that were there before may have values in the new columns, of which the log tells nothing. */
    private void grow(String target, Open open, Growth.ColumnsMissing columns) {
        PipelineDesk.at(Jdbc.on(open.pool), spec.name(), target).resync(Set.of(columns.source()));
        for (String statement : columns.toFollow()) {
            LOG.info("target {} follows {}: {}", target, columns.source(), statement);
            Jdbc.on(open.pool).run(tx -> tx.update(statement));
        }
    }

    private static Dialect dialect(String url) {
        return Dialect.valueOf(Preview.dialect(url).name());
    }

    private Set<TableName> tables() {
        return new LinkedHashSet<>(spec.source().tables());
    }

    /**
     * Gives up what the source keeps for this pipeline (PostgreSQL's slot and publication), so that its log is not held any longer.
     * What the targets have stays. To be called when no runner runs.
     */
    public void drop() {
        source.release();
    }

    /** What a person sees and does at each target, in the order of the file. */
    public Map<String, PipelineDesk> desks() {
        Map<String, PipelineDesk> desks = new LinkedHashMap<>();
        targets.forEach((name, open) -> desks.put(name, PipelineDesk.at(Jdbc.on(open.pool), spec.name(), name)));
        return desks;
    }

    /** What a person orders for the whole pipeline. */
    public PipelineControl control() {
        Map<String, Jdbc> all = new LinkedHashMap<>();
        targets.forEach((name, open) -> all.put(name, Jdbc.on(open.pool)));
        return PipelineControl.of(spec.name(), all);
    }

    /**
     * A part of a table of the source by its key.
     *
     * @param from the first key, included; only one of it and {@code after} may be given
     * @throws RejectedException when these are no keys of the table
     */
    public KeySpan span(
            TableName table, @Nullable List<String> from, @Nullable List<String> after, @Nullable List<String> to) {
        return new ResyncPlan(source).span(table, from, after, to);
    }

    /**
     * Whether a resync deletes what the source has no more.
     *
     * @param why why not; empty when it does
     */
    public record Swept(String target, TableName from, TableName table, String why) {}

    /** What a resync would delete, table by table. */
    public List<Swept> swept() {
        List<Swept> all = new ArrayList<>();
        List<SourceTable> described = source.describe(tables());
        targets.forEach((name, open) -> {
            TargetTables tables = new TargetTables(spec, name, open.pool);
            RouteMapping mapping = new RouteMapping(spec, name, tables.read()::get);
            described.forEach(from ->
                    mapping.keptRows(from).forEach((table, why) -> all.add(new Swept(name, from.name(), table, why))));
        });
        return all;
    }

    /**
     * What keeps a target from taking rows of a table of the source now; empty when nothing does.
     *
     * @throws TallystickException when it cannot be told, for the target does not answer or somebody holds a lock on its table
     */
    public Optional<Unfit> unfit(String target, TableName table) {
        Open open = targets.get(target);
        return open == null
                ? Optional.empty()
                : Optional.ofNullable(new TableFitness(spec, target, open.pool, source).look(table, Map.of()));
    }

    /** What writes rows at a target, for a replay. */
    public RowWriter writer(String target) {
        Open open = targets.get(target);
        if (open == null) {
            throw new RejectedException(
                    "pipeline " + spec.name() + " has no target " + target + "; it has " + targets.keySet());
        }
        return open.writer();
    }

    /** @throws IllegalStateException before the start */
    public synchronized PipelineStatus status() {
        if (runner == null) {
            throw new IllegalStateException("pipeline " + spec.name() + " is not started");
        }
        return runner.status();
    }

    /**
     * What the runner measured last.
     *
     * @throws IllegalStateException before the start
     */
    public synchronized PipelineLive live() {
        if (runner == null) {
            throw new IllegalStateException("pipeline " + spec.name() + " is not started");
        }
        return runner.live();
    }

    /** How much of its log the source keeps for this pipeline; empty when it does not tell, or does not answer. */
    public Optional<KeptLog> kept() {
        try {
            return source.kept();
        } catch (TallystickException e) {
            return Optional.empty();
        }
    }

    /** What the program that runs it has to register; none when the file says everything. */
    public Set<String> functions() {
        return spec.functions();
    }

    /** Its name in the file. */
    public String name() {
        return spec.name();
    }

    @Override
    public synchronized void close() {
        if (runner != null) {
            runner.close();
        }
        source.close();
        targets.values().forEach(open -> open.pool.close());
    }

    private record Open(CdcEngine engine, Place place, HikariDataSource pool) {
        RowWriter writer() {
            return engine.writer(place.url(), place.conversion());
        }
    }
}
