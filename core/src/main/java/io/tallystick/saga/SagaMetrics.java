package io.tallystick.saga;

import java.time.Duration;

/**
 * Where an engine reports what it does. Called on the engine's own threads: an implementation must be quick, thread-safe
 * and must not throw.
 */
public interface SagaMetrics {

    /** Reports nothing. */
    SagaMetrics NONE = new SagaMetrics() {};

    default void started(String type) {}

    /** The saga reached a status in which it waits or has ended. */
    default void settled(String type, SagaStatus status, Duration sinceStart) {}

    /** An answer counted: done, refused or unknown. */
    default void answered(String type, String step, Class<? extends SagaEvent> answer) {}

    /** An event did not count: late, duplicate, or not possible in that state. */
    default void ignored(String type, String why) {}

    /** One batch was stored. */
    default void stored(int changes, Duration took) {}

    /** A batch could not be stored and will be tried again. */
    default void storeFailed(String why) {}

    /** Sagas were taken over from an engine whose lease had run out. */
    default void tookOver(int sagas) {}

    /** Sagas that ended longer ago than they are kept were deleted. */
    default void forgot(int sagas) {}
}
