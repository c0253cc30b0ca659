package io.tallystick.xa.jta;

import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaTransaction;
import jakarta.transaction.HeuristicMixedException;
import jakarta.transaction.HeuristicRollbackException;
import jakarta.transaction.InvalidTransactionException;
import jakarta.transaction.NotSupportedException;
import jakarta.transaction.RollbackException;
import jakarta.transaction.Status;
import jakarta.transaction.SystemException;
import jakarta.transaction.Transaction;
import jakarta.transaction.TransactionManager;
import jakarta.transaction.UserTransaction;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The transaction of the calling thread. Thread-safe. */
final class ThreadTransactions implements TransactionManager, UserTransaction {

    private final XaEngine engine;
    private final ResourceNames names;
    private final ThreadLocal<@Nullable Duration> timeout = new ThreadLocal<>();

    ThreadTransactions(XaEngine engine, ResourceNames names) {
        this.engine = engine;
        this.names = names;
    }

    @Override
    public void begin() throws NotSupportedException, SystemException {
        if (engine.current().isPresent()) {
            throw new NotSupportedException("this thread has a transaction already ("
                    + engine.current().get()
                    + "): nested transactions are not offered; suspend it first, or use REQUIRED instead of NESTED");
        }
        Duration own = timeout.get();
        try {
            engine.bind(own == null ? engine.begin() : engine.begin(own));
        } catch (UnavailableException e) {
            throw Failures.system(e);
        }
    }

    @Override
    public void commit()
            throws RollbackException, HeuristicMixedException, HeuristicRollbackException, SystemException {
        JtaTransaction mine = mine("commit");
        try {
            mine.commit();
        } finally {
            engine.bind(null);
        }
    }

    @Override
    public void rollback() throws SystemException {
        JtaTransaction mine = mine("roll back");
        try {
            mine.rollback();
        } finally {
            engine.bind(null);
        }
    }

    @Override
    public void setRollbackOnly() {
        mine("mark for rollback").setRollbackOnly();
    }

    @Override
    public int getStatus() {
        return engine.current().map(t -> Statuses.of(t.phase())).orElse(Status.STATUS_NO_TRANSACTION);
    }

    @Override
    public @Nullable Transaction getTransaction() {
        return engine.current().map(t -> JtaTransaction.of(engine, t, names)).orElse(null);
    }

    @Override
    public void setTransactionTimeout(int seconds) throws SystemException {
        if (seconds < 0) {
            throw new SystemException("transaction time-out " + seconds
                    + " s: expected a number of seconds, or 0 for the engine's own time-out");
        }
        if (seconds == 0) {
            timeout.remove();
        } else {
            timeout.set(Duration.ofSeconds(seconds));
        }
    }

    @Override
    public @Nullable Transaction suspend() {
        Transaction mine = getTransaction();
        engine.bind(null);
        return mine;
    }

    @Override
    public void resume(@Nullable Transaction transaction) throws InvalidTransactionException {
        XaTransaction mine = engine.current().orElse(null);
        if (mine != null && !(transaction instanceof JtaTransaction same && same.transaction() == mine)) {
            throw new IllegalStateException("this thread has another transaction: " + mine);
        }
        if (!(transaction instanceof JtaTransaction suspended)
                || !suspended.isOf(engine)
                || !suspended.canBeResumed()) {
            throw new InvalidTransactionException(
                    "cannot resume " + transaction + ": expected a transaction of this engine that has not ended");
        }
        engine.bind(suspended.transaction());
    }

    private JtaTransaction mine(String what) {
        XaTransaction mine = engine.current()
                .orElseThrow(() -> new IllegalStateException("this thread has no transaction to " + what));
        return JtaTransaction.of(engine, mine, names);
    }
}
