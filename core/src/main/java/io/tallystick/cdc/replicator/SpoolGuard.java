package io.tallystick.cdc.replicator;

import io.tallystick.cdc.PieceSpool;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.UnavailableException;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Remembers why the spool cannot be used, and whether what lies there is damaged. Thread-safe, but for what says otherwise. */
final class SpoolGuard {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolGuard.class);

    private final PieceSpool spool;
    private final Consumer<String> readAgain;
    private volatile boolean damaged;
    private volatile @Nullable String alarm;

    /** @param readAgain asks for the log from where the targets stand; any thread may */
    SpoolGuard(PieceSpool spool, Consumer<String> readAgain) {
        this.spool = spool;
        this.readAgain = readAgain;
    }

    /** Does something to the spool, and keeps what goes wrong as the reason why the reading waits. For the thread of the reading. */
    boolean guarded(BooleanSupplier work) {
        try {
            return work.getAsBoolean();
        } catch (CorruptionException e) {
            damaged(String.valueOf(e.getMessage()));
            alarm = e.getMessage();
            throw new UnavailableException(e.getMessage() + "; what is sound is looked for", e);
        } catch (UnavailableException e) {
            if (alarm == null) {
                LOG.error("{}", e.getMessage());
            }
            alarm = e.getMessage();
            throw e;
        }
    }

    /** What lies there cannot be relied on: it is looked at before anything more is read. */
    void damaged(String how) {
        LOG.error("{}", how);
        damaged = true;
        readAgain.accept("what lies in the spool is damaged: " + how);
    }

    boolean isDamaged() {
        return damaged;
    }

    /** Keeps what is sound. No reading may be open; for the thread of the reading. */
    void inspect() {
        guarded(() -> {
            spool.inspect();
            return true;
        });
        damaged = false;
    }

    /** The reading waits for this. */
    void raise(String why) {
        alarm = why;
        LOG.error("{}", why);
    }

    void calm() {
        alarm = null;
    }

    /** Why the reading waits for the spool; null while it does not. */
    @Nullable
    String alarm() {
        return alarm;
    }
}
