package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineDesk;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which pipeline is meant, which of its targets, and how much of each is listed. */
@Command
final class ListOptions {

    @Parameters(index = "0", paramLabel = "FILE", description = "the pipeline file, YAML")
    private Path file;

    @Option(names = "--target", paramLabel = "NAME", description = "one target only")
    private @Nullable String target;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "200",
            description = "list so many of each target at most; ${DEFAULT-VALUE} unless given")
    private int limit;

    int limit() {
        return limit;
    }

    PipelineRun open() {
        if (limit < 1) {
            throw new IllegalArgumentException("--limit was " + limit + ", expected at least 1");
        }
        return PipelineRun.of(PipelineFile.read(file));
    }

    /** As {@link ChosenDesks#ask}. */
    <T> ChosenDesks.Answers<T> ask(PipelineRun run, Function<PipelineDesk, List<T>> question) {
        return ChosenDesks.ask(run.desks(), target, question);
    }

    /** As {@link ChosenDesks#one}. */
    Map.Entry<String, PipelineDesk> one(PipelineRun run) {
        return ChosenDesks.one(run.desks(), target);
    }
}
