package io.tallystick.saga;

import java.time.Instant;

/** What is to be done once the decision that asked for it is durable. */
sealed interface SagaEffect {

    /** Make an attempt, not before {@code due}; its answer comes back as an event naming the token. */
    record Invoke(StepToken token, Instant due) implements SagaEffect {}

    /** Come back with {@link SagaEvent.DeadlinePassed}. */
    record WakeAtDeadline(Instant deadline) implements SagaEffect {}

    /** Tell whoever registered for it, then come back with {@link SagaEvent.Notified}. */
    record Notify(Notice notice) implements SagaEffect {}

    /** Tell held sub-sagas how this one ended. */
    record ReleaseChildren(boolean completed) implements SagaEffect {}

    /** Nothing more will happen to this saga, or nothing before a person acts: wake those who wait. */
    record Settled(SagaStatus status) implements SagaEffect {}
}
