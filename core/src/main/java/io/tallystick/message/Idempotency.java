package io.tallystick.message;

import io.tallystick.jdbc.ConflictException;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import io.tallystick.jdbc.TxWork;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Savepoint;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import javax.sql.DataSource;

/**
 * Executes each request once, however often it arrives: the key, the business rows and the stored reply commit in one
 * transaction. A twin waits for the first one and repeats its reply; a crash rolls everything back and leaves no stuck
 * key. A key that is older than the retention is refused and never executed again. Thread-safe.
 */
public final class Idempotency {
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    private final Jdbc jdbc;
    private final Options options;
    private final MessageRuntime runtime;
    private final IdempotencyRows rows = new IdempotencyRows();

    /**
     * How long things take.
     *
     * @param retention how long a reply is kept, counted from the time in the key; longer than any client retries
     * @param twinWait how long a twin waits for the first one, in steps of one second on MariaDB and MySQL
     */
    public record Options(Duration retention, Duration twinWait) {
        public Options {
            if (retention.compareTo(Duration.ofSeconds(1)) < 0 || twinWait.compareTo(Duration.ofMillis(1)) < 0) {
                throw new IllegalArgumentException("idempotency options: retention " + retention + ", wait " + twinWait
                        + ": expected at least 1 s and 1 ms");
            }
        }

        /** Three days, two seconds. */
        public static Options standard() {
            return new Options(Duration.ofDays(3), Duration.ofSeconds(2));
        }
    }

    /** Does what a request asks for. */
    @FunctionalInterface
    public interface Work {
        /**
         * Runs in the transaction that also stores the reply; it may be run again after a conflict, so it must touch
         * nothing else. What it wrote is kept if the reply is below 400.
         *
         * @throws Exception if nothing was decided; everything is rolled back and the key stays free
         */
        HttpReply run(Tx tx) throws Exception;
    }

    /** What became of a request. */
    public sealed interface Answer {
        /** Executed now; the reply is stored. */
        record Executed(HttpReply reply) implements Answer {}

        /** Executed earlier; the stored reply. */
        record Replayed(HttpReply reply) implements Answer {}

        /** Tried now and not decided (for example 503): rolled back, nothing stored, may be sent again. */
        record Undecided(HttpReply reply) implements Answer {}

        /** The first one with this key is still running. */
        record InProgress(Duration retryAfter) implements Answer {}

        /** The key was used for another request. */
        record Mismatch() implements Answer {}

        /** The key is too old to know what became of it; not executed now. */
        record Expired() implements Answer {}

        /** Somebody made sure that this key will never be executed. */
        record Fenced() implements Answer {}

        /** Not executed so far; a request that is still under way may yet be. Final only after {@link #fence}. */
        record NotFound() implements Answer {}
    }

    public Idempotency(DataSource dataSource, Options options, MessageRuntime runtime) {
        this.jdbc = Jdbc.on(dataSource);
        this.options = options;
        this.runtime = runtime;
    }

    /** With {@link Options#standard()}. */
    public static Idempotency on(DataSource dataSource) {
        return new Idempotency(dataSource, Options.standard(), MessageRuntime.system());
    }

    /** SHA-256 over the parts of a request that make it this request; 64 hexadecimal digits. */
    public static String fingerprint(String... parts) {
        try {
            byte[] text = Json.write(parts).getBytes(StandardCharsets.UTF_8);
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /**
     * Executes the request or tells what became of it. Answers Executed, Replayed, Undecided, InProgress, Mismatch,
     * Expired or Fenced.
     *
     * @throws io.tallystick.jdbc.UnknownOutcomeException if the commit's answer was lost: ask again with the same key
     */
    public Answer execute(IdempotencyKey key, String fingerprint, Work work) {
        return waiting(tx -> executeIn(tx, key, fingerprint, work));
    }

    /** What became of the request: Replayed, Fenced, Expired or NotFound. */
    public Answer status(IdempotencyKey key) {
        return jdbc.inTransaction(tx -> {
            Optional<IdempotencyRows.Stored> stored = rows.read(tx, key);
            if (stored.isPresent()) {
                return answer(stored.get());
            }
            return isExpired(key, rows.now(tx)) ? new Answer.Expired() : new Answer.NotFound();
        });
    }

    /**
     * Makes "not found" final: if the request was not executed, it never will be. Answers Fenced, Replayed, or
     * InProgress if it is running right now.
     */
    public Answer fence(IdempotencyKey key) {
        return waiting(tx -> {
            boolean first = insert(tx, key, IdempotencyRows.State.FENCED, "");
            return first ? new Answer.Fenced() : answer(rows.locked(tx, key));
        });
    }

    /** Forgets a bounded number of replies whose keys are refused as expired by now; call until it returns 0. */
    public int purge() {
        return jdbc.inTransaction(rows::purge);
    }

    private Answer executeIn(Tx tx, IdempotencyKey key, String fingerprint, Work work) throws Exception {
        if (!insert(tx, key, IdempotencyRows.State.DONE, fingerprint)) {
            IdempotencyRows.Stored stored = rows.locked(tx, key);
            boolean same = stored.state() == IdempotencyRows.State.FENCED
                    || stored.fingerprint().equals(fingerprint);
            return same ? answer(stored) : new Answer.Mismatch();
        }
        if (isExpired(key, rows.now(tx))) {
            rows.delete(tx, key);
            return new Answer.Expired();
        }
        return run(tx, key, work);
    }

    private Answer run(Tx tx, IdempotencyKey key, Work work) throws Exception {
        Savepoint before = tx.connection().setSavepoint();
        HttpReply reply = work.run(tx);
        if (reply.status() >= 400) {
            tx.connection().rollback(before);
        }
        if (!reply.isFinal()) {
            rows.delete(tx, key);
            return new Answer.Undecided(reply);
        }
        rows.store(tx, key, reply);
        return new Answer.Executed(reply);
    }

    private boolean insert(Tx tx, IdempotencyKey key, IdempotencyRows.State state, String fingerprint) {
        return tx.waitingAtMost(
                options.twinWait(),
                () -> rows.insert(tx, key, state, fingerprint, expiry(key).orElse(null)));
    }

    private Answer waiting(TxWork<Answer> work) {
        long until = runtime.nanos().getAsLong() + options.twinWait().toNanos();
        while (true) {
            try {
                return jdbc.inTransaction(work);
            } catch (ConflictException e) {
                if (runtime.nanos().getAsLong() - until >= 0) {
                    return new Answer.InProgress(RETRY_AFTER);
                }
            }
        }
    }

    private Optional<Instant> expiry(IdempotencyKey key) {
        return UuidV7.timeOf(key.key()).map(made -> made.plus(options.retention()));
    }

    private boolean isExpired(IdempotencyKey key, Instant now) {
        return expiry(key).filter(now::isAfter).isPresent();
    }

    private static Answer answer(IdempotencyRows.Stored stored) {
        return stored.state() == IdempotencyRows.State.FENCED
                ? new Answer.Fenced()
                : new Answer.Replayed(stored.reply());
    }
}
