package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tally pipeline drop}. */
@Command(
        name = "drop",
        description =
                "Give up what the source keeps for a pipeline that is not wanted any more (PostgreSQL: slot and publication),"
                        + " so that its log stops growing. What the targets have stays.",
        mixinStandardHelpOptions = true)
final class PipelineDrop implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "the pipeline file, YAML")
    private Path file;

    @Option(names = "--yes", description = "really; without it the command only says what it would do")
    private boolean yes;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
            if (!yes) {
                output.line(
                        "This pipeline could not be resumed: its targets would have to be copied anew. If that is meant, add"
                                + " --yes.");
                return Exit.REFUSED;
            }
            run.drop();
            output.line("The source keeps nothing for this pipeline any more.");
            return Exit.OK;
        }
    }
}
