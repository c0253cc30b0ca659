package io.tallystick.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tally tx}: look at two-phase commits that did not end, and end them. Needs no running engine. */
@Command(
        name = "tx",
        description = "Look at transactions over several databases that did not end, and end them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {TxList.class, TxShow.class, TxResolve.class, TxDoctor.class, TxLocks.class})
final class TxCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Say what to do, for example: tally tx list --resource orders=jdbc:postgresql://host/db");
    }
}
