package io.tallystick.message;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.OutgoingRows.Claimed;
import io.tallystick.message.OutgoingRows.Known;
import io.tallystick.message.OutgoingRows.State;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Asks a remote service for an operation until its outcome is known. The key and the request are journaled before the
 * first send, in the caller's own transaction if he likes, and are the same in every attempt; an unknown outcome is
 * never turned into a failure, and never answered with a new key. What a call did not learn in time an
 * {@link OutgoingWorker} goes on asking, also after a restart. Thread-safe; starts no threads.
 */
public final class RetryUntilKnown {
    private final Jdbc jdbc;
    private final String operation;
    private final Remote remote;
    private final Options options;
    private final MessageRuntime runtime;
    private final OutgoingRows rows = new OutgoingRows();

    /**
     * How long things take.
     *
     * @param attemptTimeout for one attempt
     * @param patience how long {@link #call} stays before it answers Unknown
     * @param giveUpAfter when to stop asking for the operation and to fence it instead; if the remote cannot fence, the
     *     asking goes on
     * @param backoff pauses between attempts; its number of attempts is not used here
     */
    public record Options(Duration attemptTimeout, Duration patience, Duration giveUpAfter, Backoff backoff) {
        /** 2 s, 10 s, 10 min; pauses from 100 ms to 30 s. */
        public static Options standard() {
            return new Options(
                    Duration.ofSeconds(2),
                    Duration.ofSeconds(10),
                    Duration.ofMinutes(10),
                    new Backoff(Duration.ofMillis(100), Duration.ofSeconds(30), 1));
        }
    }

    /**
     * @param operation name of the operation, which journal rows are found by after a restart; 1 to 100 characters
     */
    public RetryUntilKnown(
            DataSource journal, String operation, Remote remote, Options options, MessageRuntime runtime) {
        this.jdbc = Jdbc.on(journal);
        this.operation = Names.require("operation", operation, 100);
        this.remote = remote;
        this.options = options;
        this.runtime = runtime;
    }

    /** With {@link Options#standard()}. */
    public static RetryUntilKnown on(DataSource journal, String operation, Remote remote) {
        return new RetryUntilKnown(journal, operation, remote, Options.standard(), MessageRuntime.system());
    }

    /**
     * Journals a request in the caller's transaction, under a new key. After the commit hand the ticket to
     * {@link #call(Outcome.Ticket)}, or leave it to the {@link OutgoingWorker}.
     *
     * @param request what is sent, byte for byte, in every attempt
     */
    public Outcome.Ticket journal(Tx tx, String request) {
        Outcome.Ticket ticket = new Outcome.Ticket(operation, runtime.ids().get(), null);
        // the worker keeps away as long as the caller is likely to call by himself
        rows.journal(tx, ticket, request, options.attemptTimeout(), options.giveUpAfter());
        return ticket;
    }

    /** Journals the request in a transaction of its own and asks until the outcome is known or patience ends. */
    public Outcome<String> call(String request) throws InterruptedException {
        Outcome.Ticket ticket = jdbc.inTransaction(tx -> journal(tx, request));
        return call(ticket);
    }

    /**
     * Asks until the outcome is known or patience ends; then Unknown, and the worker goes on.
     *
     * @throws InterruptedException the request stays journaled and the worker goes on
     */
    public Outcome<String> call(Outcome.Ticket ticket) throws InterruptedException {
        long until = runtime.nanos().getAsLong() + options.patience().toNanos();
        Signal never = new Signal();
        for (int round = 1; ; round++) {
            claim(ticket).ifPresent(this::attempt);
            Outcome<String> outcome = outcome(ticket);
            long left = until - runtime.nanos().getAsLong();
            if (!(outcome instanceof Outcome.Unknown) || left <= 0) {
                return outcome;
            }
            never.await(Math.min(
                    left, options.backoff().pause(round, runtime.random()).toNanos()));
        }
    }

    /**
     * What is known of the request now, without asking the remote.
     *
     * @throws IllegalArgumentException if the journal has no such ticket
     */
    public Outcome<String> outcome(Outcome.Ticket ticket) {
        Known known = jdbc.inTransaction(tx -> rows.known(tx, ticket))
                .orElseThrow(() -> new IllegalArgumentException(
                        "no request " + ticket.key() + " of operation " + ticket.operation()
                                + " in tally_outgoing; was its transaction committed, or has it been purged?"));
        return switch (known.state()) {
            case DONE -> new Outcome.Completed<>(known.answer(), known.replayed());
            case REFUSED -> new Outcome.NotExecuted<>(known.answer());
            case OPEN ->
                new Outcome.Unknown<>(new Outcome.Ticket(ticket.operation(), ticket.key(), known.lastProblem()));
        };
    }

    /** Requests whose outcome is still unknown, the oldest first. */
    public List<Outcome.Ticket> open(int limit) {
        return jdbc.inTransaction(tx -> rows.open(tx, operation, limit));
    }

    /**
     * Forgets a bounded number of requests whose outcome is known and was asked for longer ago than this; call it until it returns 0. An
     * unknown one is kept, however old it is.
     *
     * @param age longer than anybody asks for the {@link #outcome} of a ticket
     * @return how many were forgotten
     */
    public int purge(Duration age) {
        return jdbc.inTransaction(tx -> rows.purge(tx, operation, age));
    }

    /** Makes one attempt for a request that is due; returns false if none was. */
    public boolean poll() {
        String owner = runtime.ids().get();
        Optional<Claim> claim = jdbc.inTransaction(
                tx -> rows.claimDue(tx, operation, owner, lease()).map(claimed -> new Claim(claimed, owner)));
        claim.ifPresent(this::attempt);
        return claim.isPresent();
    }

    /** A request that only we may ask for until the lease ends. */
    private record Claim(Claimed request, String owner) {}

    private Optional<Claim> claim(Outcome.Ticket ticket) {
        String owner = runtime.ids().get();
        return jdbc.inTransaction(
                tx -> rows.claim(tx, ticket, owner, lease()).map(claimed -> new Claim(claimed, owner)));
    }

    private void attempt(Claim claim) {
        Remote.Answer answer = ask(claim.request());
        jdbc.run(tx -> record(tx, claim, answer));
    }

    private Remote.Answer ask(Claimed request) {
        try {
            return request.late()
                    ? fence(request)
                    : remote.send(request.key(), request.request(), options.attemptTimeout());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Remote.Answer.Unclear("interrupted while waiting for the answer", Duration.ZERO);
        } catch (Exception e) {
            return new Remote.Answer.Unclear(e.toString(), Duration.ZERO);
        }
    }

    private Remote.Answer fence(Claimed request) throws Exception {
        boolean neverLeft = request.maybeSent() == 1;
        if (neverLeft) {
            return new Remote.Answer.Refused("given up before any attempt could reach the remote");
        }
        Remote.Answer answer = remote.fence(request.key(), options.attemptTimeout());
        boolean told = answer instanceof Remote.Answer.Done || answer instanceof Remote.Answer.Refused;
        return told ? answer : remote.send(request.key(), request.request(), options.attemptTimeout());
    }

    private void record(Tx tx, Claim claim, Remote.Answer answer) {
        Claimed request = claim.request();
        if (answer instanceof Remote.Answer.Done done) {
            rows.record(tx, request, claim.owner(), new Known(State.DONE, done.value(), done.replayed(), null));
        } else if (answer instanceof Remote.Answer.Refused refused) {
            rows.record(tx, request, claim.owner(), new Known(State.REFUSED, refused.reason(), false, null));
        } else if (answer instanceof Remote.Answer.TurnedAway away && request.maybeSent() == 1) {
            // nothing was under way before, so this answer is about the only attempt there was
            rows.record(tx, request, claim.owner(), new Known(State.REFUSED, away.reason(), false, null));
        } else if (answer instanceof Remote.Answer.TurnedAway away) {
            again(tx, claim, request.maybeSent() - 1, Duration.ZERO, away.reason());
        } else if (answer instanceof Remote.Answer.NotSent unsent) {
            again(tx, claim, request.maybeSent() - 1, Duration.ZERO, unsent.problem());
        } else if (answer instanceof Remote.Answer.Unclear unclear) {
            again(tx, claim, request.maybeSent(), unclear.retryAfter(), unclear.problem());
        }
    }

    private void again(Tx tx, Claim claim, int maybeSent, Duration atLeast, String problem) {
        Duration pause = options.backoff().pause(claim.request().attempts(), runtime.random());
        Duration longer = pause.compareTo(atLeast) > 0 ? pause : atLeast;
        rows.again(tx, claim.request(), claim.owner(), maybeSent, longer, problem);
    }

    /** Longer than an attempt with its fence can take, or two would ask at once. */
    private Duration lease() {
        return options.attemptTimeout().multipliedBy(3).plusSeconds(1);
    }
}
