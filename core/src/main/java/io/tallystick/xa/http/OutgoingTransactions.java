package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaTransaction;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Takes this thread's transaction along when another service is called, for any HTTP client: {@link #header} before the request, then
 * exactly one of {@link #answered} and {@link #lost}. Thread-safe.
 */
public final class OutgoingTransactions {

    /** Name of the request's header. */
    public static final String REQUEST_HEADER = TxnContext.HEADER;

    /** Name of the response's header. */
    public static final String RESPONSE_HEADER = BranchReport.HEADER;

    private final XaEngine engine;
    private final Peers peers;
    private final KeyRing keys;
    private final Wire wire;

    OutgoingTransactions(XaEngine engine, Peers peers, KeyRing keys, Wire wire) {
        this.engine = engine;
        this.peers = peers;
        this.keys = keys;
        this.wire = wire;
    }

    /** Value of the request's header; empty outside a transaction. */
    public Optional<String> header() {
        return engine.current().map(t -> {
            TxnContext received = (TxnContext) t.attachments().get(TxnContext.class);
            // a participant that calls on passes on whose transaction it is: its branches are reported to that
            // coordinator
            TxnContext context = received != null ? received : new TxnContext(t.name(), t.deadline(), peers.self());
            return context.header(keys);
        });
    }

    /**
     * The service answered.
     *
     * @param header value of the response's header, or null: it took no part, which is an error when it failed
     * @throws RejectedException when what it says cannot be trusted; the transaction can only be rolled back now
     */
    public void answered(String service, int status, @Nullable String header) {
        Optional<XaTransaction> mine = engine.current();
        if (mine.isEmpty()) {
            return;
        }
        XaTransaction transaction = mine.get();
        if (header == null) {
            if (status >= 400) {
                transaction.setRollbackOnly("service '" + service + "' answered " + status + " without a vote");
            }
            return;
        }
        BranchReport report;
        try {
            report = BranchReport.read(header, transaction.name(), service, keys);
        } catch (RejectedException e) {
            transaction.setRollbackOnly(String.valueOf(e.getMessage()));
            throw e;
        }
        if (report.vote() == BranchReport.ROLLED_BACK) {
            transaction.setRollbackOnly("service '" + service + "' voted no");
        }
        for (Voted branch : report.branches()) {
            String holder =
                    branch.resource().substring(0, Math.max(0, branch.resource().indexOf('/')));
            if (!peers.knows(holder)) {
                transaction.setRollbackOnly("service '" + holder + "' took part by way of '" + service
                        + "', and is not among the known peers: its branch could not be finished from here");
                return;
            }
            transaction.enlist(new RemoteBranch(branch, new RemoteResource(branch.resource(), wire)));
        }
    }

    /** No answer: the service may hold a prepared branch that nobody knows. It will ask, and be told to roll back. */
    public void lost(String service, Throwable why) {
        engine.current().ifPresent(t -> t.setRollbackOnly("the answer of service '" + service + "' was lost: " + why));
    }
}
