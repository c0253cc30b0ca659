package io.tallystick.examples.hands;

import io.tallystick.xa.jta.JakartaTransactions;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.UserTransaction;
import org.hibernate.engine.transaction.jta.platform.internal.AbstractJtaPlatform;

/** All that Hibernate wants to know of a transaction manager. */
final class HibernatePlatform extends AbstractJtaPlatform {

    private final transient JakartaTransactions jakarta;

    HibernatePlatform(JakartaTransactions jakarta) {
        this.jakarta = jakarta;
    }

    @Override
    protected TransactionManager locateTransactionManager() {
        return jakarta.transactionManager();
    }

    @Override
    protected UserTransaction locateUserTransaction() {
        return jakarta.userTransaction();
    }
}
