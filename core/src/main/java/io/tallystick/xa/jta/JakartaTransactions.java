package io.tallystick.xa.jta;

import io.tallystick.xa.XaEngine;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.TransactionSynchronizationRegistry;
import jakarta.transaction.UserTransaction;

/**
 * The three faces of Jakarta Transactions 2.0 for one engine. Thread-safe.
 *
 * <p>Connections of {@link XaEngine#dataSource} take part by themselves in the thread's transaction; only resources of others are
 * enlisted.
 */
public final class JakartaTransactions {

    private final ThreadTransactions threads;
    private final TransactionSynchronizationRegistry registry;

    private JakartaTransactions(XaEngine engine, ResourceNames names) {
        this.threads = new ThreadTransactions(engine, names);
        this.registry = new Registry(engine, names);
    }

    /** For resources whose classes say how they are named, or that need no recovery. */
    public static JakartaTransactions of(XaEngine engine) {
        return of(engine, ResourceNames.byClass());
    }

    /** With a rule how enlisted resources are named; a name must be that of a configured resource for recovery to find it. */
    public static JakartaTransactions of(XaEngine engine, ResourceNames names) {
        return new JakartaTransactions(engine, names);
    }

    public TransactionManager transactionManager() {
        return threads;
    }

    public UserTransaction userTransaction() {
        return threads;
    }

    public TransactionSynchronizationRegistry registry() {
        return registry;
    }
}
