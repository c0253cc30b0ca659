package io.tallystick.cli;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.replicator.PipelineControl;
import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.cdc.replicator.Unfit;
import io.tallystick.jdbc.RejectedException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
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
            description =
                    "Let a paused pipeline go on where it was; or have a table that a target leaves out taken up as it is now.",
            mixinStandardHelpOptions = true)
    static final class Resume implements Callable<Integer> {

        @Parameters(paramLabel = "FILE", description = "the pipeline file, YAML")
        private Path file;

        @Option(
                names = "--table",
                paramLabel = "SCHEMA.TABLE",
                description =
                        "a table of the source that targets leave out: it is copied anew with the columns that its tables have")
        private @Nullable String table;

        @Mixin
        private WhoOptions who;

        @Mixin
        private Output output;

        @Override
        public Integer call() {
            try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
                if (table != null) {
                    return takeUp(run, TableName.parse(table));
                }
                PipelineControl.Outcome outcome = run.control().resume(who.who(), who.why());
                tell(output, "Resumed. A runner goes on within a second.", outcome);
                return Exit.OK;
            }
        }

        /** Ordered where it would be of use; elsewhere it is said what stands in the way. */
        private int takeUp(PipelineRun run, TableName source) {
            int paused = 0;
            int refused = 0;
            for (Map.Entry<String, PipelineDesk> each : run.desks().entrySet()) {
                if (!isLeftOut(each.getValue(), source)) {
                    continue;
                }
                paused++;
                Unfit unfit = run.unfit(each.getKey(), source).orElse(null);
                if (unfit == null) {
                    each.getValue().takeUp(source, new Order(who.who(), who.why(), Instant.now()));
                    output.line(
                            new Cell("● ", Tone.GOOD),
                            Cell.of("Ordered at " + each.getKey() + ". A running pipeline copies " + source
                                    + " anew within seconds; tally pipeline status " + file + " shows how far it is."));
                } else {
                    refused++;
                    output.line(
                            new Cell("✕ ", Tone.BAD),
                            Cell.of("Not yet at " + each.getKey() + ": " + unfit.why()
                                    + (unfit.mend() == null ? "" : "; mend it with: " + unfit.mend())));
                }
            }
            if (paused == 0) {
                throw new RejectedException("no target leaves out " + source + "; tally pipeline status " + file
                        + " shows what is left out");
            }
            return refused == 0 ? Exit.OK : Exit.REFUSED;
        }

        private static boolean isLeftOut(PipelineDesk desk, TableName source) {
            return desk.standing().map(PipelineDesk.Standing::paused).orElse(List.of()).stream()
                    .anyMatch(each -> each.table().equals(source.toString()));
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
