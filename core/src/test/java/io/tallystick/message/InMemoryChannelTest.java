package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

class InMemoryChannelTest extends ChannelContract {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final InMemoryChannel memory =
            new InMemoryChannel(new MessageRuntime(now::get, () -> 0, new SplittableRandom(1), () -> "id"), QUICK);

    @Override
    Channel open() {
        return memory;
    }

    @Override
    DeadMessages deadMessages() {
        return memory;
    }

    @Override
    void until(String what, BooleanSupplier condition) {
        for (int steps = 0; !condition.getAsBoolean(); steps++) {
            assertThat(steps).as("steps until %s", what).isLessThan(1000);
            if (memory.poll() == 0) {
                memory.nextDue().ifPresent(now::set);
            }
        }
    }

    @Test
    void nothing_moves_until_it_is_polled() {
        memory.subscribe(name, m -> handled.add(m.id()));
        memory.send(message("k", "m1"));

        assertThat(handled).isEmpty();
        assertThat(memory.poll()).isEqualTo(1);
        assertThat(memory.poll()).isZero();
    }
}
