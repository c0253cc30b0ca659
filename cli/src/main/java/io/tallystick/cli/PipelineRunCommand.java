package io.tallystick.cli;

import io.tallystick.cdc.PipelineStatus;
import io.tallystick.cdc.PipelineStatus.State;
import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tally pipeline run}. */
@Command(
        name = "run",
        description =
                "Run a pipeline until Ctrl-C: copies what is there, then follows the log. Ends with 1 if changes are lost to"
                        + " the log, or if another runner has taken over.",
        mixinStandardHelpOptions = true)
final class PipelineRunCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "the pipeline file, YAML")
    private Path file;

    @Option(names = "--install", description = "first install the tables of component cdc at targets that lack them")
    private boolean install;

    @Option(
            names = "--create",
            description = "first create the tables that routes carry over whole and that a target lacks")
    private boolean create;

    @Mixin
    private Output output;

    @Override
    public Integer call() throws InterruptedException {
        CountDownLatch stop = new CountDownLatch(1);
        Thread hook = new Thread(stop::countDown, "tally-pipeline-stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
            if (install) {
                run.install();
            }
            if (create) {
                run.createMissingTables()
                        .forEach((target, made) ->
                                made.forEach(table -> output.line("created " + table + " at " + target)));
            }
            run.start();
            return follow(run, stop);
        }
    }

    private int follow(PipelineRun run, CountDownLatch stop) throws InterruptedException {
        String last = "";
        while (!stop.await(1, TimeUnit.SECONDS)) {
            PipelineStatus status = run.status();
            String told = PipelineWords.line(status);
            if (!told.equals(last)) {
                output.line(told);
                last = told;
            }
            if (status.state() == State.NEEDS_RESYNC || status.state() == State.FENCED) {
                output.line(new Cell("✕ ", Tone.BAD), Cell.of(String.valueOf(status.reason())));
                return Exit.FINDINGS;
            }
        }
        return Exit.OK;
    }
}
