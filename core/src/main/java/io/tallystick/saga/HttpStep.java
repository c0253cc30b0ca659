package io.tallystick.saga;

import io.tallystick.message.Reply;
import java.util.function.BiFunction;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A step that POSTs to a service, with idempotency key, saga id and correlation id as headers. */
public final class HttpStep<D> implements StepOptions<D, HttpStep<D>> {

    private final StepSettings<D> settings;
    private final String service;
    private final StepWork.Request<D> action;
    private StepWork.@Nullable Request<D> compensation;
    private @Nullable BiFunction<D, Reply.Done, D> onReply;

    HttpStep(StepDraft<D> draft, String service, StepWork.Request<D> action) {
        this.settings = new StepSettings<>(draft);
        this.service = service;
        this.action = action;
        describe();
    }

    /** The POST that takes the action back, with the payload as body. */
    public HttpStep<D> compensate(String path) {
        return compensate(path, payload -> payload);
    }

    /** The POST that takes the action back. */
    public HttpStep<D> compensate(String path, Function<D, ?> body) {
        this.compensation = new StepWork.Request<>(path, body);
        settings.draft().compensated = true;
        return describe();
    }

    /** Takes what the answer says into the payload. */
    public HttpStep<D> onReply(BiFunction<D, Reply.Done, D> update) {
        this.onReply = update;
        return describe();
    }

    private HttpStep<D> describe() {
        settings.draft().work = new StepWork.Http<>(service, action, compensation, onReply);
        return this;
    }

    @Override
    public StepSettings<D> settings() {
        return settings;
    }

    @Override
    public HttpStep<D> self() {
        return this;
    }
}
