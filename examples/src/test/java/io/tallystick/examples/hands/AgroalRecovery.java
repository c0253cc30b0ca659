package io.tallystick.examples.hands;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import javax.transaction.xa.XAResource;
import org.jboss.tm.XAResourceRecovery;
import org.jboss.tm.XAResourceRecoveryRegistry;
import org.jboss.tm.XAResourceWrapper;

/** Where one Agroal data source says how it is reached for recovery, and where {@code XaResourceDriver} asks for it. Thread-safe. */
final class AgroalRecovery implements XAResourceRecoveryRegistry {

    private final List<XAResourceRecovery> known = new CopyOnWriteArrayList<>();

    /** The name under which Agroal enlists. */
    static String nameOf(XAResource resource) {
        return ((XAResourceWrapper) resource).getJndiName();
    }

    /** Each call opens a connection; whoever asked closes it. */
    Supplier<XAResource> fresh() {
        return () -> known.stream()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the Agroal data source is not open yet"))
                .getXAResources()[0];
    }

    @Override
    public void addXAResourceRecovery(XAResourceRecovery recovery) {
        known.add(recovery);
    }

    @Override
    public void removeXAResourceRecovery(XAResourceRecovery recovery) {
        known.remove(recovery);
    }
}
