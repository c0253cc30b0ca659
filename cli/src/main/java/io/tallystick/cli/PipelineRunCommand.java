package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineLive;
import io.tallystick.cdc.replicator.PipelineStatus;
import io.tallystick.cdc.replicator.PipelineStatus.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
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
                "Run a pipeline until Ctrl-C: copies what is there, then follows the log. While another process runs it, this one stands"
                        + " by and takes over when that one ends. Ends with 1 if changes are lost to the log.",
        mixinStandardHelpOptions = true)
final class PipelineRunCommand implements Callable<Integer> {

    private static final Duration LONGEST_END = Duration.ofSeconds(30);

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
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(stop, ended), "tally-pipeline-stop"));
        try {
            return run(stop);
        } finally {
            ended.countDown();
        }
    }

    /** The process is gone when this hook returns: until then the lease can be given back, so that another runner need not wait for its end. */
    private static void end(CountDownLatch stop, CountDownLatch ended) {
        stop.countDown();
        try {
            ended.await(LONGEST_END.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int run(CountDownLatch stop) throws InterruptedException {
        try (PipelineRun run = PipelineRun.builder().open(file)) {
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
        Teller teller = new Teller(output);
        while (!stop.await(1, TimeUnit.SECONDS)) {
            PipelineStatus status = run.status();
            teller.tell(status, run.live());
            if (status.state() == State.NEEDS_RESYNC || status.state() == State.FENCED) {
                output.line(new Cell("✕ ", Tone.BAD), Cell.of(String.valueOf(status.reason())));
                return Exit.FINDINGS;
            }
        }
        return Exit.OK;
    }

    /** On a terminal a few lines that are written anew; in a pipe a line when something has changed, and numbers every ten seconds. */
    private static final class Teller {

        private static final long NUMBERS_NANOS = TimeUnit.SECONDS.toNanos(10);

        private final Output output;
        private int drawn;
        private String head = "";
        private String last = "";
        private long toldAt = System.nanoTime();

        Teller(Output output) {
            this.output = output;
        }

        void tell(PipelineStatus status, PipelineLive live) {
            if (output.terminal().interactive()) {
                draw(PipelineWords.lines(status, live, output.terminal().width() - 1));
                return;
            }
            String text = PipelineWords.line(status, live);
            String now = PipelineWords.head(status) + PipelineWords.errors(status);
            boolean due = System.nanoTime() - toldAt >= NUMBERS_NANOS;
            if (!now.equals(head) || due && !text.equals(last)) {
                output.line(text);
                head = now;
                last = text;
                toldAt = System.nanoTime();
            }
        }

        /** Over what was drawn before; what is written afterwards stands below. Never more than the screen has, or it would scroll. */
        private void draw(List<String> lines) {
            List<String> shown = lines.subList(
                    0, Math.min(lines.size(), Math.max(1, output.terminal().height() - 1)));
            StringBuilder screen = new StringBuilder(drawn == 0 ? "" : "\033[" + drawn + "A\r");
            shown.forEach(line -> screen.append(line).append("\033[K\n"));
            output.raw(screen + "\033[J");
            drawn = shown.size();
        }
    }
}
