package io.tallystick.cdc.query;

import java.time.InstantSource;
import java.util.UUID;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Clocks and names of query sync: the only place where the real ones are made.
 *
 * @param clock orders positions
 * @param nanos a clock that nobody sets, for spans
 * @param ids names for memories of keys
 */
record QueryRuntime(InstantSource clock, LongSupplier nanos, Supplier<String> ids) {

    private static final int ID_LENGTH = 8;

    static QueryRuntime real() {
        return new QueryRuntime(
                InstantSource.system(),
                System::nanoTime,
                () -> UUID.randomUUID().toString().substring(0, ID_LENGTH));
    }
}
