package io.tallystick.saga;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What happened to a saga. Events are the stored truth: replaying them gives the state. */
public sealed interface SagaEvent {

    /** An answer to an attempt. It counts only while its token is awaited. */
    sealed interface Answer extends SagaEvent {
        StepToken token();
    }

    /**
     * The work of the attempt happened.
     *
     * @param payload the fields of the payload that changed, as a JSON object (or a whole payload that is none), or null if
     *     it stays as it is
     */
    record StepDone(StepToken token, @Nullable String payload) implements Answer {}

    /** A business no: nothing happened. */
    record StepWasRefused(StepToken token, String code, String reason) implements Answer {}

    /**
     * No answer, or none that says what happened.
     *
     * @param mayHaveRun false if the attempt is known to have left nothing behind
     */
    record StepUnknown(StepToken token, String reason, boolean mayHaveRun) implements Answer {}

    /** The saga's deadline has passed on the database's clock. */
    record DeadlinePassed(Instant deadline) implements SagaEvent {}

    /** The application or the parent saga wants it taken back. */
    record CancelRequested(String by, String why) implements SagaEvent {}

    /** The parent of a held sub-saga has ended. */
    record ParentEnded(boolean completed) implements SagaEvent {}

    /** A person stepped in. */
    record Intervened(Intervention intervention) implements SagaEvent {}

    /** A notification was handed over, or was given up after its last attempt. */
    record Notified(Notice notice, boolean delivered) implements SagaEvent {}

    /** The saga goes on with another definition; both are named, because the saga's row only keeps the present one. */
    record Migrated(String formerHash, String definitionHash) implements SagaEvent {}
}
