package io.tallystick.saga;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** The double keeps the contract, on a clock that only moves when told. */
class InMemorySagaStoreTest extends SagaStoreContract {

    private Instant now = Instant.now();
    private final InMemorySagaStore memory = new InMemorySagaStore(() -> now);

    @Override
    SagaStore openStore() {
        return memory;
    }

    @Override
    SagaLedger openLedger() {
        return memory.ledger();
    }

    @Override
    Jdbc application() {
        return Jdbc.on(memory.dataSource(), Dialect.POSTGRESQL);
    }

    @Test
    void a_lease_runs_out_on_the_clock_that_was_given() {
        SagaStore.NewSaga start = start("virtual");
        store.write(lease, starts(start));
        SagaStore.Lease heir = store.join("heir", Duration.ofDays(1));
        assertThat(store.takeOver(heir)).isZero();

        now = now.plus(LONG).plusMillis(1);

        assertThat(store.takeOver(heir)).isEqualTo(1);
        assertThat(store.load(start.head().id()).orElseThrow().owner()).isEqualTo(heir.engine());
    }
}
