package io.tallystick.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code tally completion}. */
@Command(
        name = "completion",
        description = "Print a completion script for bash and zsh. Use it with: source <(tally completion)",
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        spec.commandLine().getOut().print(AutoComplete.bash("tally", spec.root().commandLine()));
        spec.commandLine().getOut().flush();
    }
}
