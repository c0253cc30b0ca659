package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.jdbc.Finding;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tally pipeline check}. */
@Command(
        name = "check",
        description =
                "Read a pipeline file and examine its source and its targets: settings, rights, tables. Touches nothing."
                        + " Ends with 1 if something stands in the way.",
        mixinStandardHelpOptions = true)
final class PipelineCheck implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "the pipeline file, YAML")
    private Path file;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
            List<Finding> findings = run.examine();
            boolean errors = findings.stream().anyMatch(finding -> finding.severity() == Finding.Severity.ERROR);
            if (output.json()) {
                output.json(Map.of("ok", !errors, "findings", findings));
            } else if (findings.isEmpty()) {
                output.line(new Cell("● ", Tone.GOOD), Cell.of("Nothing stands in the way. Start it " + how(run)));
            } else {
                findings.forEach(finding -> DoctorCommand.print(output, finding));
            }
            return errors ? Exit.FINDINGS : Exit.OK;
        }
    }

    private String how(PipelineRun run) {
        return run.functions().isEmpty()
                ? "with: tally pipeline run " + file
                : "in the program that registers: " + String.join(", ", run.functions());
    }
}
