package io.tallystick.message;

import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table tally_idempotency. */
final class IdempotencyRows {
    private static final List<String> COLUMNS = List.of(
            "scope", "operation", "idem_key", "state", "fingerprint", "status", "headers", "body", "expires_at");
    private static final String BY_KEY = " WHERE scope = ? AND operation = ? AND idem_key = ?";
    private static final String READ =
            "SELECT state, fingerprint, status, headers, body FROM tally_idempotency" + BY_KEY;
    private static final int PURGED_AT_ONCE = 1000;
    /** What a row says between its insert and the end of the same transaction; nobody else ever sees it. */
    private static final int UNDECIDED_STATUS = 204;

    enum State {
        DONE,
        FENCED
    }

    record Stored(State state, String fingerprint, HttpReply reply) {}

    boolean insert(Tx tx, IdempotencyKey key, State state, String fingerprint, @Nullable Instant expiresAt) {
        return tx.insertFirst(
                "tally_idempotency",
                COLUMNS,
                key.scope(),
                key.operation(),
                key.key(),
                state.name(),
                fingerprint,
                UNDECIDED_STATUS,
                "{}",
                "",
                expiresAt);
    }

    Optional<Stored> read(Tx tx, IdempotencyKey key) {
        return tx.queryOne(READ, IdempotencyRows::stored, key.scope(), key.operation(), key.key());
    }

    Stored locked(Tx tx, IdempotencyKey key) {
        return tx.queryOne(READ + " FOR UPDATE", IdempotencyRows::stored, key.scope(), key.operation(), key.key())
                .orElseThrow(() -> new CorruptionException("the row of " + key
                        + " existed a moment ago and is gone; was tally_idempotency edited while in use?"));
    }

    void store(Tx tx, IdempotencyKey key, HttpReply reply) {
        tx.update(
                "UPDATE tally_idempotency SET status = ?, headers = ?, body = ?" + BY_KEY,
                reply.status(),
                Json.write(reply.headers()),
                reply.body(),
                key.scope(),
                key.operation(),
                key.key());
    }

    void delete(Tx tx, IdempotencyKey key) {
        tx.update("DELETE FROM tally_idempotency" + BY_KEY, key.scope(), key.operation(), key.key());
    }

    Instant now(Tx tx) {
        return tx.queryOne("SELECT " + tx.dialect().now() + " AS db_now", row -> row.instant("db_now"))
                .orElseThrow();
    }

    int purge(Tx tx) {
        List<Object[]> keys = tx.query(
                "SELECT scope, operation, idem_key FROM tally_idempotency WHERE expires_at < "
                        + tx.dialect().now() + " ORDER BY expires_at LIMIT " + PURGED_AT_ONCE
                        + " FOR UPDATE SKIP LOCKED",
                row -> new Object[] {row.string("scope"), row.string("operation"), row.string("idem_key")});
        tx.batch("DELETE FROM tally_idempotency" + BY_KEY, keys);
        return keys.size();
    }

    private static Stored stored(Row row) throws SQLException {
        Map<String, String> headers = Json.headers(row.string("headers"));
        String body = Objects.requireNonNullElse(row.text("body"), "");
        return new Stored(
                State.valueOf(row.string("state")),
                row.string("fingerprint").strip(),
                new HttpReply(row.intValue("status"), headers, body));
    }
}
