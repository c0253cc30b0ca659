package io.tallystick.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tally pipeline}: carries a database's changes to others. */
@Command(
        name = "pipeline",
        description = "Carry what a database commits to other databases, each transaction exactly once.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            PipelineCheck.class,
            PipelineTypes.class,
            PipelineRunCommand.class,
            PipelineStatusCommand.class,
            PipelinePause.Pause.class,
            PipelinePause.Resume.class,
            PipelineQuarantine.class,
            PipelineAudit.class,
            PipelineConflicts.class,
            PipelineResync.class,
            PipelineDrop.class
        })
final class PipelineCommand implements Runnable {

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "Say what to do, for example: tally pipeline check accounts.yaml");
    }
}
