package io.tallystick.cli;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.mysql.MySqlDoctor;
import io.tallystick.postgres.PostgresDoctor;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code tally doctor}. */
@Command(
        name = "doctor",
        description = "Examine a database server: settings that break a promise, missing tables and rights."
                + " Changes nothing. Ends with 1 if there is an error.",
        mixinStandardHelpOptions = true)
final class DoctorCommand implements Callable<Integer> {

    @Mixin
    private DatabaseOptions database;

    @Mixin
    private Output output;

    @Option(
            names = "--for",
            split = ",",
            paramLabel = "COMPONENT",
            defaultValue = "message,saga",
            description = "components whose tables are checked too (${DEFAULT-VALUE}); none for the server alone")
    private List<String> components;

    @Override
    public Integer call() {
        try (Database connection = database.open()) {
            List<Finding> findings = examine(database.jdbc(connection));
            boolean errors = findings.stream().anyMatch(finding -> finding.severity() == Finding.Severity.ERROR);
            if (output.json()) {
                output.json(Map.of("ok", !errors, "findings", findings));
            } else {
                print(findings);
            }
            return errors ? Exit.FINDINGS : Exit.OK;
        }
    }

    private List<Finding> examine(Jdbc jdbc) {
        String[] names = components.equals(List.of("none")) ? new String[0] : components.toArray(String[]::new);
        return jdbc.dialect().isInnoDb()
                ? new MySqlDoctor(jdbc, InstantSource.system()).examine(names)
                : new PostgresDoctor(jdbc, InstantSource.system()).examine(names);
    }

    private void print(List<Finding> findings) {
        if (findings.isEmpty()) {
            output.line(new Cell("● ", Tone.GOOD), Cell.of("Nothing endangers what Tallystick promises."));
            return;
        }
        findings.forEach(finding -> print(output, finding));
    }

    static void print(Output output, Finding finding) {
        boolean error = finding.severity() == Finding.Severity.ERROR;
        output.sentence(
                error ? new Cell("✕ error    ", Tone.BAD) : new Cell("? warning  ", Tone.WARNING),
                finding.subject(),
                ": " + finding.found());
        output.wrapped("         why   ", finding.why());
        output.wrapped("         mend  ", finding.mend());
    }
}
