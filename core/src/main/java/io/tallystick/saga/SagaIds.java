package io.tallystick.saga;

import java.time.InstantSource;

/** Time-ordered ids, unique among the engines of one store by the engine's number. Thread-safe. */
final class SagaIds {

    private static final int SEQUENCE_BITS = 11;
    private static final int SLOT_BITS = 10;

    private final InstantSource clock;
    private final long slot;
    private long last;

    SagaIds(InstantSource clock, int engine) {
        this.clock = clock;
        this.slot = Math.floorMod(engine, 1 << SLOT_BITS);
    }

    synchronized SagaId next() {
        long counter = Math.max(clock.millis() << SEQUENCE_BITS, last + 1);
        last = counter;
        long millis = counter >> SEQUENCE_BITS;
        long sequence = counter & (1 << SEQUENCE_BITS) - 1;
        return new SagaId(millis << SLOT_BITS + SEQUENCE_BITS | slot << SEQUENCE_BITS | sequence);
    }
}
