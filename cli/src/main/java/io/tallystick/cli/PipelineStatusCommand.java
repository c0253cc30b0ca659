package io.tallystick.cli;

import io.tallystick.cdc.PipelineDesk.Standing;
import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.jdbc.UnavailableException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tally pipeline status}. */
@Command(
        name = "status",
        description =
                "Tell how far each target of a pipeline is, from what stands in the target itself. Needs no running pipeline."
                        + " Ends with 3 if a target does not answer.",
        mixinStandardHelpOptions = true)
final class PipelineStatusCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "the pipeline file, YAML")
    private Path file;

    @Mixin
    private Output output;

    private boolean silent;

    @Override
    public Integer call() {
        Table table = new Table(
                Table.Column.fixed("TARGET"),
                Table.Column.fixed("MOVED"),
                Table.Column.fixed("QUARANTINE"),
                Table.Column.text("COPYING"),
                Table.Column.text("POSITION"));
        Map<String, Object> json = new LinkedHashMap<>();
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
            run.desks().forEach((target, desk) -> {
                try {
                    Standing standing = desk.standing().orElse(null);
                    json.put(target, standing == null ? "never reached" : standing);
                    row(table, target, standing);
                } catch (UnavailableException e) {
                    silent = true;
                    json.put(target, "no answer: " + e.getMessage());
                    table.row(target, new Cell("no answer", Tone.BAD), "", "", String.valueOf(e.getMessage()));
                }
            });
        }
        if (output.json()) {
            output.json(json);
        } else {
            output.table(table);
        }
        return silent ? Exit.UNREACHABLE : Exit.OK;
    }

    private static void row(Table table, String target, @Nullable Standing standing) {
        if (standing == null) {
            table.row(target, new Cell("never", Tone.WARNING), "", "", "");
            return;
        }
        table.row(
                target,
                Words.ago(standing.movedAt(), Instant.now()),
                standing.quarantined() == 0 ? "0" : new Cell("" + standing.quarantined(), Tone.WARNING),
                standing.copying().entrySet().stream()
                        .map(copy -> copy.getKey() + " " + copy.getValue() + " rows")
                        .collect(Collectors.joining(", ")),
                String.valueOf(standing.position()));
    }
}
