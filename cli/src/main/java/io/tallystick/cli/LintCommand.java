package io.tallystick.cli;

import io.tallystick.saga.Finding;
import io.tallystick.saga.LintReport;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tally lint}. */
@Command(
        name = "lint",
        description = "Judge the design of sagas. Ends with 1 if there is an error or warning that nobody accepted.",
        mixinStandardHelpOptions = true)
final class LintCommand implements Callable<Integer> {

    @Mixin
    private DesignOptions designs;

    @Mixin
    private Output output;

    @Option(names = "--errors-only", description = "end with 1 for errors only, not for warnings")
    private boolean errorsOnly;

    @Override
    public Integer call() {
        List<Design> found = designs.designs();
        List<LintReport> reports = found.stream().map(Design::lint).toList();
        if (output.json()) {
            output.json(reports.stream().map(LintCommand::json).toList());
        } else {
            for (int i = 0; i < reports.size(); i++) {
                print(found.get(i), reports.get(i));
            }
        }
        return reports.stream().anyMatch(this::fails) ? Exit.FINDINGS : Exit.OK;
    }

    private boolean fails(LintReport report) {
        return report.open().stream()
                .anyMatch(finding -> finding.severity() == Finding.Severity.ERROR
                        || (!errorsOnly && finding.severity() == Finding.Severity.WARNING));
    }

    private static Map<String, Object> json(LintReport report) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("saga", report.saga());
        map.put("errors", report.hasErrors());
        map.put("findings", report.findings());
        return map;
    }

    private void print(Design design, LintReport report) {
        int open = report.open().size();
        int accepted = report.findings().size() - open;
        output.line(
                new Cell(design.graph().type(), Tone.STRONG),
                Cell.quiet("  " + design.name() + "  " + design.graph().hash()));
        if (report.findings().isEmpty()) {
            output.line(new Cell("● ", Tone.GOOD), Cell.of("nothing to complain about"));
        }
        report.findings().forEach(this::print);
        if (open + accepted > 0) {
            output.line("");
            output.line(open + " open" + (accepted > 0 ? ", " + accepted + " accepted" : ""));
        }
        output.line("");
    }

    private void print(Finding finding) {
        output.line("");
        output.line(
                mark(finding),
                new Cell(finding.rule(), Tone.STRONG),
                Cell.of(finding.steps().isEmpty() ? "" : " at " + String.join(", ", finding.steps())));
        output.wrapped("what happens  ", finding.what());
        output.wrapped("mend it       ", finding.mend());
        if (!finding.reordered().isEmpty()) {
            output.wrapped("better order  ", String.join(" → ", finding.reordered()));
        }
        String reason = finding.acceptedBecause();
        if (reason != null) {
            output.wrapped("accepted      ", reason);
        }
    }

    private static Cell mark(Finding finding) {
        if (finding.accepted()) {
            return new Cell("◌ accepted  ", Tone.QUIET);
        }
        return switch (finding.severity()) {
            case ERROR -> new Cell("✕ error     ", Tone.BAD);
            case WARNING -> new Cell("? warning   ", Tone.WARNING);
            case HINT -> new Cell("◔ hint      ", Tone.WORKING);
        };
    }
}
