package io.tallystick.saga;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that a person needs to know about one saga in order to judge it and to act.
 *
 * @param entry the saga's row: what it is, where it stands, who owns it
 * @param owner the engine that owns it; null once it has ended
 * @param events what happened after the start, in order
 * @param reading the state that the events add up to
 * @param choices what can be done now, and what stands against the rest
 */
public record SagaCase(
        SagaLedger.Entry entry,
        SagaLedger.@Nullable Engine owner,
        List<SagaStore.StoredEvent> events,
        Reading reading,
        List<Choice> choices) {

    /**
     * The state, or why there is none.
     *
     * @param state null if the events cannot be read
     * @param problem null if they can
     */
    public record Reading(
            @Nullable SagaState state, @Nullable String problem) {}

    /**
     * One thing a person could do.
     *
     * @param command the word after {@code tally saga}
     * @param step the step it would be about, where one has to be named
     * @param obstacle why it is not possible now, or null if it is
     */
    public record Choice(
            String command, @Nullable String step, @Nullable String obstacle) {
        public boolean possible() {
            return obstacle == null;
        }
    }

    public SagaId id() {
        return entry.start().head().id();
    }

    /** The row's status: never behind the events. */
    public SagaStatus status() {
        return entry.status();
    }

    /** When the last thing happened. */
    public Instant lastChange() {
        return events.isEmpty()
                ? entry.start().head().startedAt()
                : events.get(events.size() - 1).at();
    }
}
