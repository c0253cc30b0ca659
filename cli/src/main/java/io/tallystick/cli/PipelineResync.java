package io.tallystick.cli;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.file.PipelineSpec;
import io.tallystick.jdbc.RejectedException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tally pipeline resync}. */
@Command(
        name = "resync",
        description =
                "Order tables to be copied anew, while the pipeline goes on. Rows that the source no longer has are not"
                        + " deleted by this.",
        mixinStandardHelpOptions = true)
final class PipelineResync implements Callable<Integer> {

    @Parameters(index = "0", paramLabel = "FILE", description = "the pipeline file, YAML")
    private Path file;

    @Option(names = "--table", paramLabel = "SCHEMA.TABLE", description = "a table of the source; all if none is named")
    private List<String> tables = List.of();

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        PipelineSpec spec = PipelineFile.read(file);
        Set<TableName> wanted = new LinkedHashSet<>();
        tables.forEach(table -> wanted.add(TableName.parse(table)));
        if (!spec.source().tables().containsAll(wanted)) {
            throw new RejectedException(
                    "the file names the tables " + spec.source().tables() + ", you named " + wanted);
        }
        Set<TableName> ordered =
                wanted.isEmpty() ? new LinkedHashSet<>(spec.source().tables()) : wanted;
        try (PipelineRun run = PipelineRun.of(spec)) {
            run.desks().values().forEach(desk -> desk.resync(ordered));
        }
        output.line("Ordered: " + ordered + ". A running pipeline begins within seconds; tally pipeline status " + file
                + " shows how far it is.");
        return Exit.OK;
    }
}
