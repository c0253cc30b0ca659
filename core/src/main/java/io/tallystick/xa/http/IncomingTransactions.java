package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.RolledBackException;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaTransaction;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lets a request take part in its caller's transaction, for any HTTP server: {@link #begin} before the handler, then {@link
 * Participation#prepared} or {@link Participation#failed} before the response leaves, because the vote stands in its header. Thread-safe.
 */
public final class IncomingTransactions {

    /** Clocks of two hosts may differ by as much. */
    private static final Duration SKEW = Duration.ofSeconds(2);

    private final XaEngine engine;
    private final Peers peers;
    private final KeyRing keys;
    private final InstantSource clock;

    IncomingTransactions(XaEngine engine, Peers peers, KeyRing keys, InstantSource clock) {
        this.engine = engine;
        this.peers = peers;
        this.keys = keys;
        this.clock = clock;
    }

    /**
     * Begins this service's part and binds it to the thread.
     *
     * @param header value of the request's header; null when the caller has no transaction
     * @return empty when the caller has no transaction
     * @throws RejectedException when the header is a stranger's, is not signed rightly, or its deadline has passed: nothing has begun;
     *     answer 403 or 409 without calling the handler
     */
    public Optional<Participation> begin(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        TxnContext context = TxnContext.read(header, keys, peers);
        if (clock.instant().isAfter(context.deadline().plus(SKEW))) {
            throw new RejectedException("the request came after the deadline of its transaction " + context.gtrid()
                    + " (" + context.deadline()
                    + "): its coordinator has rolled it back. If this happens often, compare the clocks of the hosts");
        }
        XaTransaction transaction = engine.beginFor(context.gtrid(), context.deadline());
        transaction.attachments().put(TxnContext.class, context);
        engine.bind(transaction);
        return Optional.of(new Participation(transaction, context));
    }

    /** This service's part in one request. Used by the request's thread. */
    public final class Participation {
        private final XaTransaction transaction;
        private final TxnContext context;

        private Participation(XaTransaction transaction, TxnContext context) {
            this.transaction = transaction;
            this.context = context;
        }

        /** Prepares all branches, unbinds the thread, and returns the response header's value: the vote. */
        public String prepared() {
            try {
                List<Voted> voted = transaction.handOver();
                return report(voted.isEmpty() ? BranchReport.READ_ONLY : BranchReport.PREPARED, voted);
            } catch (RolledBackException | RejectedException e) {
                return report(BranchReport.ROLLED_BACK, List.of());
            } finally {
                engine.bind(null);
            }
        }

        /** Rolls back, unbinds the thread, and returns the response header's value: a no. */
        public String failed() {
            try {
                transaction.rollback();
            } finally {
                engine.bind(null);
            }
            return report(BranchReport.ROLLED_BACK, List.of());
        }

        private String report(char vote, List<Voted> voted) {
            List<Voted> named = new ArrayList<>();
            for (Voted branch : voted) {
                // what this service has called in turn bears its service's name already
                named.add(
                        branch.resource().indexOf('/') >= 0
                                ? branch
                                : new Voted(
                                        branch.xid(),
                                        peers.self() + "/" + branch.resource(),
                                        branch.incarnation(),
                                        branch.hint()));
            }
            return new BranchReport(peers.self(), vote, named).header(context.gtrid(), keys);
        }
    }
}
