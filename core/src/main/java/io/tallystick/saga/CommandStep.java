package io.tallystick.saga;

import io.tallystick.message.Reply;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A step that sends a command message and waits for the reply that names it. */
public final class CommandStep<D> implements StepOptions<D, CommandStep<D>> {

    private final StepSettings<D> settings;
    private final String channel;
    private final Function<D, ?> action;
    private @Nullable Function<D, ?> compensation;
    private @Nullable BiFunction<D, Reply.Done, D> onReply;

    CommandStep(StepDraft<D> draft, String channel, Function<D, ?> action) {
        this.settings = new StepSettings<>(draft);
        this.channel = channel;
        this.action = action;
        describe();
    }

    /** The command that takes the action back, on the same channel. The participant's barrier tells whether there is anything to take back. */
    public CommandStep<D> compensate(Function<D, ?> command) {
        this.compensation = command;
        settings.draft().compensated = true;
        return describe();
    }

    /** Takes what the reply says into the payload. */
    public CommandStep<D> onReply(BiFunction<D, Reply.Done, D> update) {
        this.onReply = update;
        return describe();
    }

    private CommandStep<D> describe() {
        settings.draft().work = new StepWork.Command<>(channel, action, compensation, onReply);
        return this;
    }

    @Override
    public StepSettings<D> settings() {
        return settings;
    }

    @Override
    public CommandStep<D> self() {
        return this;
    }
}
