package io.tallystick.message;

import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * Everything this package takes from its surroundings besides the database: a simulation hands in its own. All parts
 * may be used by any thread.
 *
 * @param clock wall clock; used for ids and journal entries, never to decide who owns what
 * @param nanos a clock that never goes back, in nanoseconds from an arbitrary origin
 * @param random jitter of pauses
 * @param ids unique names of consumers and messages; the real ones are UUIDs of version 7
 */
public record MessageRuntime(InstantSource clock, LongSupplier nanos, RandomGenerator random, Supplier<String> ids) {

    /** The real clock and real chance. */
    public static MessageRuntime system() {
        RandomGenerator random = () -> ThreadLocalRandom.current().nextLong();
        InstantSource clock = InstantSource.system();
        return new MessageRuntime(
                clock,
                System::nanoTime,
                random,
                () -> UuidV7.of(clock.instant(), random).toString());
    }

    Instant now() {
        return clock.instant();
    }
}
