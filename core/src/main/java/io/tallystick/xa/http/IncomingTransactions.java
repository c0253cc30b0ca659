package io.tallystick.xa.http;

import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.xa.Ack;
import io.tallystick.xa.DecisionRecord.Voted;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaTransaction;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Lets a request take part in its caller's transaction, for any HTTP server: {@link #begin} before the handler, then {@link
 * Participation#prepared} or {@link Participation#failed} before the response leaves, because the vote stands in its header. Thread-safe.
 */
public final class IncomingTransactions {

    private static final Logger LOG = LoggerFactory.getLogger(IncomingTransactions.class);

    /** What holds a row for longer than this, while a branch of the same transaction is prepared here, is most likely that branch. */
    private static final Duration LOCK_WAIT_OF_A_SECOND_CALL = Duration.ofSeconds(1);

    private final XaEngine engine;
    private final Peers peers;
    private final KeyRing keys;

    IncomingTransactions(XaEngine engine, Peers peers, KeyRing keys) {
        this.engine = engine;
        this.peers = peers;
        this.keys = keys;
    }

    /**
     * Begins this service's part and binds it to the thread.
     *
     * @param header value of the request's header, all of them with a comma between when it comes several times, which is refused; null when
     *     the caller has no transaction
     * @return empty when the caller has no transaction
     * @throws NotAdmittedException when the header is a stranger's, is not signed rightly, or its deadline has passed: nothing has begun;
     *     answer its status without calling the handler
     * @throws io.tallystick.jdbc.UnavailableException when this service is being closed: nothing has begun; answer 503
     */
    public Optional<Participation> begin(@Nullable String header) {
        if (header == null) {
            return Optional.empty();
        }
        TxnContext context = TxnContext.read(header, keys, peers);
        Instant deadline = context.deadlineHere(engine.clock().instant());
        boolean again = context.holders().contains(peers.self());
        XaTransaction transaction =
                engine.beginFor(context.gtrid(), deadline, again ? LOCK_WAIT_OF_A_SECOND_CALL : null);
        transaction.attachments().put(TxnContext.class, context);
        Optional<XaTransaction> before = engine.bind(transaction);
        return Optional.of(new Participation(transaction, context, before.orElse(null)));
    }

    /** This service's part in one request. Used by the request's thread. */
    public final class Participation {
        private final XaTransaction transaction;
        private final TxnContext context;
        private final @Nullable XaTransaction before;

        private Participation(XaTransaction transaction, TxnContext context, @Nullable XaTransaction before) {
            this.transaction = transaction;
            this.context = context;
            this.before = before;
        }

        /** Prepares all branches, unbinds the thread, and returns the response header's value: the vote. */
        public String prepared() {
            try {
                List<Voted> voted =
                        transaction.handOver().stream().map(this::named).toList();
                char vote = voted.isEmpty() ? BranchReport.READ_ONLY : BranchReport.PREPARED;
                String header = new BranchReport(peers.self(), vote, voted, "").header(context.gtrid(), keys);
                return header.length() <= BranchReport.LONGEST ? header : tooLong(voted);
            } catch (TallystickException e) {
                return no(BranchReport.ROLLED_BACK, String.valueOf(e.getMessage()));
            } finally {
                engine.bind(before);
            }
        }

        /**
         * Rolls back, unbinds the thread, and returns the response header's value: a no.
         *
         * @param why what the handler threw; null when it answered an error
         */
        public String failed(@Nullable Throwable why) {
            try {
                transaction.rollback();
            } catch (TallystickException e) {
                // whatever became of it: without a yes its coordinator rolls back, and what is left here will ask
                LOG.warn("{}: {}", transaction, e.getMessage());
            } finally {
                engine.bind(before);
            }
            if (context.holders().contains(peers.self()) && waitedForALock(why)) {
                return no(BranchReport.CONFLICT, conflict(why));
            }
            if (why instanceof CalledTwiceException) {
                // of a service that this one called in turn
                return no(BranchReport.CONFLICT, String.valueOf(why.getMessage()));
            }
            return no(BranchReport.ROLLED_BACK, why == null ? "it answered an error" : why.toString());
        }

        private String conflict(@Nullable Throwable why) {
            return "service '" + peers.self() + "' was called twice in transaction " + context.gtrid()
                    + ", and the second call needs a row that the first has prepared, or that another transaction holds: do both in one"
                    + " call, or touch different rows (" + why + ")";
        }

        private String no(char vote, String reason) {
            return BranchReport.no(peers.self(), vote, reason).header(context.gtrid(), keys);
        }

        private String tooLong(List<Voted> voted) {
            for (Voted branch : voted) {
                String hint = BranchNote.read(branch.hint()).hint();
                Ack ack = engine.finish(new Voted(branch.xid(), here(branch.resource()), "", hint), Verdict.ABORT);
                LOG.debug("{}, which does not fit into a header: {}", branch.xid(), ack);
            }
            return no(
                    BranchReport.ROLLED_BACK,
                    voted.size() + " branches do not fit into the " + BranchReport.LONGEST
                            + " characters of a header: let fewer resources take part in one call");
        }

        private String here(String resource) {
            return peers.holds(resource)
                    ? resource
                    : resource.substring(peers.self().length() + 1);
        }

        /** What this service has called in turn bears its service's name already. */
        private Voted named(Voted branch) {
            if (peers.holds(branch.resource())) {
                return branch;
            }
            String note = new BranchNote(branch.hint(), branch.incarnation()).text();
            return new Voted(branch.xid(), peers.self() + "/" + branch.resource(), "", note);
        }
    }

    private static boolean waitedForALock(@Nullable Throwable why) {
        for (Throwable cause = why; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException error && SqlErrors.isLockTimeout(error)) {
                return true;
            }
        }
        return false;
    }
}
