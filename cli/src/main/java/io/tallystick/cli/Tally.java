package io.tallystick.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The root of the command line: without a command it prints the help and ends with 2, the code for wrong usage.
 *
 * <p>Exit codes: 0 done, 1 failed, 2 wrong usage. Not for use by several threads.
 */
@Command(
        name = "tally",
        description = "Keeps the data of microservices in agreement.",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        footer = {"", "Run from the repository: `tally test` runs all tests, `tally clean` deletes the build."})
public final class Tally implements Runnable {

    @Spec
    private CommandSpec spec;

    /** Runs one command and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    static CommandLine commandLine() {
        return new CommandLine(new Tally());
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say which command to run.");
    }
}
