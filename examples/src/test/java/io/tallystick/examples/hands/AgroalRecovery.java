package io.tallystick.examples.hands;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.transaction.xa.XAResource;
import org.jboss.tm.XAResourceRecovery;
import org.jboss.tm.XAResourceRecoveryRegistry;
import org.jboss.tm.XAResourceWrapper;

/** Where one Agroal data source says how it is reached for recovery, and where {@code XaResourceDriver} asks for it. Thread-safe. */
final class AgroalRecovery implements XAResourceRecoveryRegistry {

    private final CompletableFuture<XAResourceRecovery> known = new CompletableFuture<>();

    /** The name under which Agroal enlists. */
    static String nameOf(XAResource resource) {
        return ((XAResourceWrapper) resource).getJndiName();
    }

    /**
     * Each call opens a connection; whoever asked closes it. The engine is there before the data source, and waits for it: a resource
     * that does not answer is not asked for votes either.
     */
    Supplier<XAResource> fresh() {
        // each asker its own patience: a time-out of the shared one would fail it for ever
        return () -> known.copy().orTimeout(10, TimeUnit.SECONDS).join().getXAResources()[0];
    }

    @Override
    public void addXAResourceRecovery(XAResourceRecovery recovery) {
        known.complete(recovery);
    }

    @Override
    public void removeXAResourceRecovery(XAResourceRecovery recovery) {
        // the data source is closed after the engine
    }
}
