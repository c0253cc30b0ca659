package io.tallystick.cli;

import io.tallystick.jdbc.Finding;
import io.tallystick.xa.BranchDriver;
import io.tallystick.xa.database.Strangers;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
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

    private static final int SHOWN = 3;

    @Mixin
    private TxOptions databases;

    @Mixin
    private Output output;

    @Override
    public Integer call() {
        Map<String, List<Finding>> findings = new LinkedHashMap<>();
        List<DecisionTables> tables = new ArrayList<>();
        for (TxOptions.Named named : databases.reached()) {
            List<Finding> of = new ArrayList<>();
            if (named.takesPart()) {
                try (BranchDriver driver = named.driver()) {
                    of.addAll(driver.examine());
                }
                strangers(named).ifPresent(of::add);
            }
            tables.add(DecisionTables.of(named));
            findings.put(named.name(), of);
        }
        if (tables.stream().noneMatch(DecisionTables::usable)) {
            findings.put("decisions", List.of(nowhere(tables)));
        } else {
            tables.stream()
                    .filter(DecisionTables::broken)
                    .forEach(it -> findings.get(it.name()).add(it.finding()));
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

    private static Optional<Finding> strangers(TxOptions.Named named) {
        List<String> names = named.strangers();
        return names.isEmpty()
                ? Optional.empty()
                : Optional.of(Finding.warning(
                        "prepared by others",
                        some(names),
                        "they hold locks, and Tallystick leaves them alone: only who prepared them knows how they end",
                        "let that program end them; by hand " + Strangers.statements(named.dialect(), names.get(0))));
    }

    /** A few of them, and how many more there are. */
    static String some(List<String> names) {
        return names.stream().limit(SHOWN).collect(Collectors.joining(", "))
                + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
    }

    private static Finding nowhere(List<DecisionTables> all) {
        DecisionTables nearest =
                all.stream().filter(it -> !it.absent()).findFirst().orElse(all.get(0));
        return Finding.error(
                DecisionTables.SUBJECT,
                "of no use in any database named; in " + nearest.name() + ": " + String.join("; ", nearest.problems()),
                "a transaction over several resources cannot be decided",
                nearest.mend(nearest.absent() ? "one of them" : nearest.name()));
    }

    private void print(String name, List<Finding> findings) {
        output.line(new Cell(name, Tone.STRONG));
        if (findings.isEmpty()) {
            output.line(new Cell("● ", Tone.GOOD), Cell.of("Nothing stands in the way of two-phase commit."));
        }
        findings.forEach(finding -> DoctorCommand.print(output, finding));
    }
}
