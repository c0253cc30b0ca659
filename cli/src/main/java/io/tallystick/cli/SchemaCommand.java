package io.tallystick.cli;

import io.tallystick.jdbc.Schema;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tally schema}: the tables that the library keeps its state in. */
@Command(
        name = "schema",
        description = "Install and check Tallystick's tables in a database.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND")
final class SchemaCommand implements Runnable {

    private static final String WHICH = "cdc, message, saga, xa; all if none is named";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do: tally schema check, or tally schema install");
    }

    @Command(
            name = "install",
            description = "Install what is missing. Does nothing when all is there.",
            mixinStandardHelpOptions = true)
    int install(
            @Mixin DatabaseOptions database,
            @Mixin Output output,
            @Parameters(paramLabel = "COMPONENT", description = WHICH, arity = "0..*") List<String> components) {
        try (Database connection = database.open()) {
            Schema schema = Schema.of(database.jdbc(connection));
            if (components == null) {
                schema.install();
            } else {
                schema.install(components.toArray(String[]::new));
            }
            return report(schema.problems(names(components)), output, "The tables are there and may be used.");
        }
    }

    @Command(
            name = "check",
            description = "Say which tables and rights are missing. Changes nothing. Ends with 1 if any is.",
            mixinStandardHelpOptions = true)
    int check(
            @Mixin DatabaseOptions database,
            @Mixin Output output,
            @Parameters(paramLabel = "COMPONENT", description = WHICH, arity = "0..*") List<String> components) {
        try (Database connection = database.open()) {
            Schema schema = Schema.of(database.jdbc(connection));
            return report(schema.problems(names(components)), output, "Nothing is missing.");
        }
    }

    private static String[] names(List<String> components) {
        return components == null ? new String[0] : components.toArray(String[]::new);
    }

    private static int report(List<String> problems, Output output, String good) {
        if (output.json()) {
            output.json(Map.of("ok", problems.isEmpty(), "problems", problems));
        } else if (problems.isEmpty()) {
            output.line(new Cell("● ", Tone.GOOD), Cell.of(good));
        } else {
            problems.forEach(problem -> output.sentence(new Cell("✕ ", Tone.BAD), "", problem));
            if (problems.stream()
                    .anyMatch(problem -> problem.contains(" missing") || problem.contains(" not installed"))) {
                output.aside("Missing tables are made by: tally schema install, as a user who may create tables."
                        + " Missing rights are granted by the tables' owner.");
            }
        }
        return problems.isEmpty() ? Exit.OK : Exit.FINDINGS;
    }
}
