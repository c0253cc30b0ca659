package io.tallystick.xa.jta;

import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaOutcome;
import io.tallystick.xa.XaPhase;
import io.tallystick.xa.XaTransaction;
import io.tallystick.xa.XaTransaction.Completion;
import jakarta.transaction.Synchronization;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order that the registry's specification demands: before completion the ordinary ones first, then the interposed; after it the
 * interposed first. Those registered meanwhile are called too.
 *
 * <p>A pool takes a connection back after completion. While a resource still answers a call of phase 2, for which the application has
 * stopped waiting, completion is held back, and told by the thread that hears the answer: two transactions on one connection would mix.
 */
final class Synchronizations implements Completion {

    private static final Logger LOG = LoggerFactory.getLogger(Synchronizations.class);

    private final XaEngine engine;
    private final XaTransaction transaction;
    private final List<Synchronization> ordinary = new ArrayList<>();
    private final List<Synchronization> interposed = new ArrayList<>();
    private int inUse;
    private volatile boolean telling;
    private @Nullable XaOutcome heldBack;

    Synchronizations(XaEngine engine, XaTransaction transaction) {
        this.engine = engine;
        this.transaction = transaction;
    }

    synchronized void add(Synchronization synchronization) {
        ordinary.add(Objects.requireNonNull(synchronization, "synchronization"));
    }

    synchronized void addInterposed(Synchronization synchronization) {
        interposed.add(Objects.requireNonNull(synchronization, "synchronization"));
    }

    /** The connection of an enlisted resource is in use, until {@link #released}. */
    synchronized void used() {
        inUse++;
    }

    /** The connection is not needed any more. */
    void released() {
        XaOutcome outcome;
        synchronized (this) {
            inUse--;
            outcome = inUse == 0 ? heldBack : null;
            heldBack = inUse == 0 ? null : heldBack;
        }
        if (outcome != null) {
            complete(outcome);
        }
    }

    /** In the transaction's context: it may be committed by a thread that has another one, or none, and what is written now belongs to it. */
    @Override
    public void beforeCompletion() {
        XaTransaction ofTheThread = engine.bind(transaction).orElse(null);
        try {
            callAllBefore();
        } finally {
            engine.bind(ofTheThread);
        }
    }

    /** Once only rollback is possible there is nothing to do before it any more. */
    private void callAllBefore() {
        int ordinaryDone = 0;
        int interposedDone = 0;
        while (transaction.phase() == XaPhase.ACTIVE) {
            Synchronization next = at(ordinary, ordinaryDone);
            if (next != null) {
                ordinaryDone++;
            } else {
                next = at(interposed, interposedDone++);
            }
            if (next == null) {
                return;
            }
            // each anew: the one before may have suspended it
            engine.bind(transaction);
            next.beforeCompletion();
        }
    }

    @Override
    public void afterCompletion(XaOutcome outcome) {
        synchronized (this) {
            if (inUse > 0) {
                heldBack = outcome;
                return;
            }
        }
        complete(outcome);
    }

    private void complete(XaOutcome outcome) {
        telling = true;
        int status = Statuses.of(outcome);
        for (int i = 0; at(interposed, i) != null; i++) {
            after(at(interposed, i), status);
        }
        for (int i = 0; at(ordinary, i) != null; i++) {
            after(at(ordinary, i), status);
        }
        Registry.clear(transaction);
        telling = false;
    }

    /** Whether they are hearing of the end just now. */
    boolean areTold() {
        return telling;
    }

    private static void after(@Nullable Synchronization synchronization, int status) {
        try {
            if (synchronization != null) {
                synchronization.afterCompletion(status);
            }
        } catch (RuntimeException | Error e) {
            LOG.warn("a synchronization failed after completion; the outcome stands", e);
        }
    }

    private synchronized @Nullable Synchronization at(List<Synchronization> list, int index) {
        return index < list.size() ? list.get(index) : null;
    }
}
