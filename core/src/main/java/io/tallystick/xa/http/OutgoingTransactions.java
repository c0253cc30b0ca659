package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaPhase;
import io.tallystick.xa.XaTransaction;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Takes this thread's transaction along when another service is called, for any HTTP client: {@link #call} before the request, then
 * exactly one of {@link Call#answered} and {@link Call#lost}. Thread-safe.
 *
 * <pre>{@code
 * Optional<Call> call = outgoing.call("points");
 * call.ifPresent(c -> request.header(OutgoingTransactions.REQUEST_HEADER, c.header()));
 * … send …
 * call.ifPresent(c -> c.answered(status, response.header(OutgoingTransactions.RESPONSE_HEADER)));
 * }</pre>
 */
public final class OutgoingTransactions {

    /** Name of the request's header. */
    public static final String REQUEST_HEADER = TxnContext.HEADER;

    /** Name of the response's header. */
    public static final String RESPONSE_HEADER = BranchReport.HEADER;

    private static final Object HOLDERS = new Object();

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

    /**
     * Begins a call within this thread's transaction; empty outside of one.
     *
     * @throws RejectedException when the service is a stranger, or the transaction can only be rolled back or has ended: do not call
     */
    public Optional<Call> call(String service) {
        Optional<XaTransaction> current = engine.current();
        if (current.isEmpty()) {
            return Optional.empty();
        }
        peers.at(service);
        XaTransaction transaction = current.get();
        Duration left = Duration.between(engine.clock().instant(), transaction.deadline());
        if (transaction.phase() != XaPhase.ACTIVE || left.isNegative() || left.isZero()) {
            // its time-out may not have been noticed yet: who goes on without this call must not commit
            transaction.setRollbackOnly("service '" + service + "' was to be called after its deadline");
            throw new RejectedException(
                    transaction + " can only be rolled back: service '" + service + "' is not called in it any more");
        }
        return Optional.of(new Call(transaction, service, left));
    }

    /** One call. May be answered in another thread than began it. */
    public final class Call {
        private final XaTransaction transaction;
        private final String service;
        private final Duration left;

        private Call(XaTransaction transaction, String service, Duration left) {
            this.transaction = transaction;
            this.service = service;
            this.left = left;
        }

        /** Value of the request's header. */
        public String header() {
            // a participant that calls on passes on whose transaction it is: its branches are reported there
            TxnContext received = (TxnContext) transaction.attachments().get(TxnContext.class);
            Set<String> holders = new HashSet<>(holders());
            if (received != null) {
                holders.addAll(received.holders());
                holders.add(peers.self());
            }
            TxnContext context = received != null
                    ? new TxnContext(received.gtrid(), received.deadline(), left, received.coordinator(), holders)
                    : new TxnContext(transaction.name(), transaction.deadline(), left, peers.self(), holders);
            return context.header(keys);
        }

        /** Time to the transaction's deadline: to wait longer for an answer is of no use. */
        public Duration left() {
            return left;
        }

        /**
         * The service answered.
         *
         * @param header value of the response's header. Without one the transaction can only be rolled back: the service may have
         *     prepared a branch all the same, and a proxy may have taken the header away
         * @throws CalledTwiceException when it needs what an earlier call in this transaction has locked
         * @throws RejectedException when what it says cannot be trusted; the transaction can only be rolled back now
         */
        public void answered(int status, @Nullable String header) {
            if (header == null) {
                transaction.setRollbackOnly("service '" + service + "' answered " + status
                        + " without a vote in header " + RESPONSE_HEADER + ": " + whyNoVote(status));
                return;
            }
            BranchReport report;
            try {
                report = BranchReport.read(header, transaction.name(), service, keys);
            } catch (RejectedException | IllegalArgumentException e) {
                transaction.setRollbackOnly(String.valueOf(e.getMessage()));
                throw e;
            }
            switch (report.vote()) {
                case BranchReport.ROLLED_BACK ->
                    transaction.setRollbackOnly("service '" + service + "' voted no: " + report.reason());
                case BranchReport.CONFLICT -> {
                    transaction.setRollbackOnly(report.reason());
                    throw new CalledTwiceException(report.reason());
                }
                default -> report.branches().forEach(this::enlist);
            }
        }

        private static String whyNoVote(int status) {
            return switch (status) {
                case NotAdmittedException.UNREADABLE ->
                    "it could not read header " + REQUEST_HEADER
                            + ", or the request itself; the body of its answer says which";
                case 401, NotAdmittedException.STRANGER ->
                    "it, or a proxy before it, does not trust this service; the body of its"
                            + " answer says why. Compare the keys and the peers of both services";
                case NotAdmittedException.TOO_LATE ->
                    "it refused to take part, for the deadline had passed or the call would wait for"
                            + " its own locks; the body of its answer says which";
                case 502, 503, 504 -> "it is not ready, or a proxy cannot reach it";
                default ->
                    status < 400
                            ? "it does not take part in transactions, or a proxy dropped the header"
                            : "it failed before its part could begin, it does not take part in transactions, or a proxy dropped the header";
            };
        }

        private void enlist(Voted branch) {
            String holder =
                    branch.resource().substring(0, Math.max(0, branch.resource().indexOf('/')));
            if (!peers.knows(holder)) {
                transaction.setRollbackOnly("service '" + holder + "' took part by way of '" + service
                        + "', and is not among the known peers: its branch could not be finished from here");
                return;
            }
            holders().add(holder);
            transaction.enlist(new RemoteBranch(branch, new RemoteResource(branch.resource(), wire)));
        }

        /** No answer: the service may hold a prepared branch that nobody knows. It will ask, and be told to roll back. */
        public void lost(Throwable why) {
            transaction.setRollbackOnly("the answer of service '" + service + "' was lost: " + why);
        }

        @SuppressWarnings("unchecked")
        private Set<String> holders() {
            return (Set<String>)
                    transaction.attachments().computeIfAbsent(HOLDERS, key -> ConcurrentHashMap.newKeySet());
        }
    }
}
