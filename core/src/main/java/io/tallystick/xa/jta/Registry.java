package io.tallystick.xa.jta;

import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaPhase;
import io.tallystick.xa.XaTransaction;
import jakarta.transaction.Status;
import jakarta.transaction.Synchronization;
import jakarta.transaction.TransactionSynchronizationRegistry;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What frameworks keep with the calling thread's transaction. Thread-safe. */
final class Registry implements TransactionSynchronizationRegistry {

    private final XaEngine engine;
    private final ResourceNames names;

    Registry(XaEngine engine, ResourceNames names) {
        this.engine = engine;
        this.names = names;
    }

    @Override
    public @Nullable Object getTransactionKey() {
        return engine.current().orElse(null);
    }

    @Override
    public void putResource(Object key, @Nullable Object value) {
        Key own = new Key(Objects.requireNonNull(key, "key"));
        if (value == null) {
            mine().attachments().remove(own);
        } else {
            mine().attachments().put(own, value);
        }
    }

    @Override
    public @Nullable Object getResource(Object key) {
        return mine().attachments().get(new Key(Objects.requireNonNull(key, "key")));
    }

    /** The transaction has ended: what was kept with it goes, also when somebody still holds its object. */
    static void clear(XaTransaction ended) {
        ended.attachments().keySet().removeIf(key -> key instanceof Key);
    }

    @Override
    public void registerInterposedSynchronization(Synchronization synchronization) {
        XaTransaction mine = mine();
        if (mine.phase() != XaPhase.ACTIVE && mine.phase() != XaPhase.DOOMED) {
            throw new IllegalStateException(mine + " takes no synchronization any more");
        }
        JtaTransaction.of(engine, mine, names).synchronizations().addInterposed(synchronization);
    }

    @Override
    public int getTransactionStatus() {
        return engine.current().map(t -> Statuses.of(t.phase())).orElse(Status.STATUS_NO_TRANSACTION);
    }

    @Override
    public void setRollbackOnly() {
        JtaTransaction.of(engine, mine(), names).setRollbackOnly();
    }

    @Override
    public boolean getRollbackOnly() {
        XaPhase phase = mine().phase();
        return phase == XaPhase.DOOMED || phase == XaPhase.ABORTING || phase == XaPhase.ROLLED_BACK;
    }

    private XaTransaction mine() {
        return engine.current().orElseThrow(() -> new IllegalStateException("this thread has no transaction"));
    }

    /** Keeps the application's keys apart from ours. */
    private record Key(Object key) {}
}
