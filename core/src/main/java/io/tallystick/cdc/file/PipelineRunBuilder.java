package io.tallystick.cdc.file;

import io.tallystick.cdc.replicator.ConflictDecider;
import io.tallystick.cdc.replicator.RowMapper;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** Registers what a pipeline file names and only Java can say, then opens the pipeline. Immutable, thread-safe. */
public final class PipelineRunBuilder {

    private final ProgramFunctions functions;

    PipelineRunBuilder(ProgramFunctions functions) {
        this.functions = functions;
    }

    /**
     * The same with a mapper for the destinations that name it ({@code mapper:}).
     *
     * @throws IllegalArgumentException when one of this name is registered already
     */
    public PipelineRunBuilder mapper(String name, RowMapper mapper) {
        Map<String, RowMapper> mappers = new TreeMap<>(functions.mappers());
        if (mappers.put(name, mapper) != null) {
            throw new IllegalArgumentException("two mappers are named '" + name + "': rename one");
        }
        return new PipelineRunBuilder(new ProgramFunctions(mappers, functions.deciders()));
    }

    /**
     * The same with a function for the destinations that ask it who wins a conflict ({@code on_conflict: decider(name)}).
     *
     * @throws IllegalArgumentException when one of this name is registered already
     */
    public PipelineRunBuilder decider(String name, ConflictDecider decider) {
        Map<String, ConflictDecider> deciders = new TreeMap<>(functions.deciders());
        if (deciders.put(name, decider) != null) {
            throw new IllegalArgumentException("two deciders are named '" + name + "': rename one");
        }
        return new PipelineRunBuilder(new ProgramFunctions(functions.mappers(), deciders));
    }

    /**
     * Reads the file and opens what it names. Nothing is started, and no database need be there.
     *
     * @throws PipelineFileException with every mistake of the file, what it names and nobody has registered among them
     */
    public PipelineRun open(Path file) {
        return new PipelineRun(PipelineFile.read(file, functions), functions);
    }

    /** Opens what the specification names; whether all is registered is looked at when it starts. */
    public PipelineRun open(PipelineSpec spec) {
        return new PipelineRun(spec, functions);
    }

    /**
     * Reads the file and starts the pipeline.
     *
     * @throws PipelineFileException as {@link #open(Path)}
     */
    public PipelineRun start(Path file) {
        PipelineRun run = open(file);
        run.start();
        return run;
    }
}
