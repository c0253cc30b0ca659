package io.tallystick.cli;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Schema;
import io.tallystick.xa.BranchDriver;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code tally tx doctor}. */
@Command(
        name = "doctor",
        description =
                "Examine the databases that take part: what stands in the way of two-phase commit, and the statement"
                        + " that mends it. Changes nothing. Ends with 1 if there is an error.",
        mixinStandardHelpOptions = true)
final class TxDoctor implements Callable<Integer> {

    @Mixin
    private TxOptions databases;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        Map<String, List<Finding>> findings = new LinkedHashMap<>();
        boolean anyStore = false;
        for (TxOptions.Named named : databases.reached()) {
            List<Finding> of = new ArrayList<>();
            if (named.takesPart()) {
                try (BranchDriver driver = named.driver()) {
                    of.addAll(driver.examine());
                }
            }
            anyStore |= named.hasTables();
            findings.put(named.name(), of);
        }
        if (!anyStore) {
            findings.put("decisions", List.of(nowhere(databases.reached())));
        }
        boolean errors = findings.values().stream()
                .flatMap(List::stream)
                .anyMatch(finding -> finding.severity() == Finding.Severity.ERROR);
        if (output.json()) {
            output.json(Map.of("ok", !errors, "findings", findings));
        } else {
            findings.forEach(this::print);
        }
        return errors ? Exit.FINDINGS : Exit.OK;
    }

    private static Finding nowhere(List<TxOptions.Named> all) {
        TxOptions.Named first = all.get(0);
        return Finding.error(
                "the component xa",
                "missing in every database named: "
                        + Schema.of(first.jdbc()).problems("xa").get(0),
                "a transaction over several resources cannot be decided",
                "tally schema install xa, with the --url of one of them");
    }

    private void print(String name, List<Finding> findings) {
        output.line(new Cell(name, Tone.STRONG));
        if (findings.isEmpty()) {
            output.line(new Cell("● ", Tone.GOOD), Cell.of("Nothing stands in the way of two-phase commit."));
        }
        findings.forEach(finding -> DoctorCommand.print(output, finding));
    }
}
