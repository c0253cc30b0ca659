package io.tallystick.cli;

import io.tallystick.cdc.file.PipelineFile;
import io.tallystick.cdc.file.PipelineRun;
import io.tallystick.cdc.type.TypeReport;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code tally pipeline types}. */
@Command(
        name = "types",
        description =
                "Tell for each column that is carried over as it is what becomes of its values. Ends with 1 if one is refused.",
        mixinStandardHelpOptions = true)
final class PipelineTypes implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "the pipeline file, YAML")
    private Path file;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        try (PipelineRun run = PipelineRun.of(PipelineFile.read(file))) {
            Map<String, List<TypeReport>> reports = run.types();
            if (output.json()) {
                output.json(reports);
            } else {
                output.table(table(reports));
            }
            return reports.values().stream().flatMap(List::stream).anyMatch(TypeReport::isRefused)
                    ? Exit.FINDINGS
                    : Exit.OK;
        }
    }

    private static Table table(Map<String, List<TypeReport>> reports) {
        Table table = new Table(
                Table.Column.fixed("TARGET"),
                Table.Column.text("FROM"),
                Table.Column.text("TO"),
                Table.Column.fixed("VALUES"),
                Table.Column.text("HOW"));
        reports.forEach((target, all) -> all.forEach(report -> report.lines()
                .forEach(line -> table.row(
                        target,
                        report.source() + "." + line.sourceColumn() + " " + line.sourceType(),
                        report.target() + "." + line.targetColumn() + " " + line.targetType(),
                        fate(line),
                        line.how()))));
        return table;
    }

    private static Cell fate(TypeReport.Line line) {
        String word = line.fate().name().toLowerCase(Locale.ROOT);
        return switch (line.fate()) {
            case SAME, LOSSLESS -> new Cell(word, Tone.GOOD);
            case CHECKED -> Cell.of(word);
            case LOSSY -> new Cell(word, Tone.WARNING);
            case REFUSED -> new Cell(word, Tone.BAD);
        };
    }
}
