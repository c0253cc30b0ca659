package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineControl;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tally pipeline pause} and {@code resume}. */
final class PipelinePause {

    private PipelinePause() {}

    /** {@code tally pipeline pause}. */
    @Command(
            name = "pause",
            description =
                    "Let a pipeline rest until it is resumed, whoever runs it and however often that is started anew. The source"
                            + " keeps its log meanwhile; status shows how much.",
            mixinStandardHelpOptions = true)
    static final class Pause implements Callable<Integer> {

        @Parameters(paramLabel = "FILE", description = "the pipeline file, YAML")
        private Path file;

        @Mixin
        private WhoOptions who;

        @Mixin
        private Output output;

        @Override
        public Integer call() {
            try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
                PipelineControl.Outcome outcome = run.control().pause(who.who(), who.why());
                tell(
                        output,
                        "Paused. A runner rests within a second; the source keeps its log, see tally pipeline status "
                                + file,
                        outcome);
                return Exit.OK;
            }
        }
    }

    /** {@code tally pipeline resume}. */
    @Command(
            name = "resume",
            description = "Let a paused pipeline go on where it was.",
            mixinStandardHelpOptions = true)
    static final class Resume implements Callable<Integer> {

        @Parameters(paramLabel = "FILE", description = "the pipeline file, YAML")
        private Path file;

        @Mixin
        private WhoOptions who;

        @Mixin
        private Output output;

        @Override
        public Integer call() {
            try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
                PipelineControl.Outcome outcome = run.control().resume(who.who(), who.why());
                tell(output, "Resumed. A runner goes on within a second.", outcome);
                return Exit.OK;
            }
        }
    }

    static void tell(Output output, String done, PipelineControl.Outcome outcome) {
        if (output.json()) {
            output.json(outcome);
            return;
        }
        output.line(new Cell("● ", Tone.GOOD), Cell.of(done));
        outcome.silent()
                .forEach((target, why) -> output.line(
                        new Cell("! ", Tone.WARNING),
                        Cell.of(target + " does not answer and is told by the runner when it is back: " + why)));
    }
}
