package io.tallystick.cli;

import io.tallystick.saga.Verb;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code tally saga}: look at sagas and act on them. Every act is left for the engine that owns the saga. */
@Command(
        name = "saga",
        description = "Look at sagas in a database and act on them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            SagaList.class,
            SagaShow.class,
            SagaDefinitions.class,
            SagaMigrate.class,
            SagaEngines.class,
            SagaPurge.class
        })
final class SagaCommand implements Runnable {

    private static final String STEP = "the parked step; needed where several are parked";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "Say what to do, for example: tally saga list --state parked");
    }

    @Command(name = "retry", description = "Try the parked step again now.", mixinStandardHelpOptions = true)
    int retry(
            @Mixin ActOptions act,
            @Option(names = "--step", paramLabel = "STEP", description = STEP) @Nullable String step) {
        return act.act(Verb.RETRY, step, null);
    }

    @Command(
            name = "edit",
            description = "Replace the payload, then try the parked step again.",
            mixinStandardHelpOptions = true)
    int edit(
            @Mixin ActOptions act,
            @Option(names = "--step", paramLabel = "STEP", description = STEP) @Nullable String step,
            @Mixin PayloadOption payload) {
        return act.act(Verb.EDIT, step, payload.required());
    }

    @Command(
            name = "done",
            description = "The parked step did happen: go on, with the evidence in --why.",
            mixinStandardHelpOptions = true)
    int done(
            @Mixin ActOptions act,
            @Option(names = "--step", paramLabel = "STEP", description = STEP) @Nullable String step,
            @Mixin PayloadOption payload) {
        return act.act(Verb.MARK_DONE, step, payload.optional());
    }

    @Command(name = "skip", description = "Go on without the parked step.", mixinStandardHelpOptions = true)
    int skip(
            @Mixin ActOptions act,
            @Option(names = "--step", paramLabel = "STEP", description = STEP) @Nullable String step) {
        return act.act(Verb.SKIP, step, null);
    }

    @Command(name = "compensate", description = "Take back everything that was done.", mixinStandardHelpOptions = true)
    int compensate(
            @Mixin ActOptions act,
            @Option(
                            names = "--step",
                            paramLabel = "STEP",
                            description = "vouch that this step did not happen, or was taken back by hand")
                    @Nullable
                    String step) {
        return act.act(Verb.COMPENSATE, step, null);
    }

    @Command(
            name = "resume",
            description = "Go forward again, doing once more what was taken back.",
            mixinStandardHelpOptions = true)
    int resume(@Mixin ActOptions act) {
        return act.act(Verb.RESUME, null, null);
    }

    @Command(
            name = "reassign",
            description = "Make somebody else responsible for a parked saga.",
            mixinStandardHelpOptions = true)
    int reassign(
            @Mixin ActOptions act,
            @Option(
                            names = "--to",
                            paramLabel = "NAME",
                            required = true,
                            description = "who is responsible from now on")
                    String to) {
        return act.act(Verb.REASSIGN, null, to);
    }

    @Command(name = "note", description = "Write something into the saga's history.", mixinStandardHelpOptions = true)
    int note(@Mixin ActOptions act) {
        return act.act(Verb.NOTE, null, null);
    }

    @Command(
            name = "cancel",
            description = "Take a running saga back, as its application could have.",
            mixinStandardHelpOptions = true)
    int cancel(@Mixin ActOptions act) {
        return act.cancel();
    }
}
