package io.tallystick.message;

import io.tallystick.message.Idempotency.Answer;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * {@link Idempotency} for an HTTP endpoint, free of any HTTP library: draft-ietf-httpapi-idempotency-key-header-07 with
 * problem details (RFC 9457). 400 without a key; 422 for a key that was used for another request, is too old, or was
 * fenced; 409 with {@code Retry-After} while the first one runs; otherwise the reply, with
 * {@code Idempotency-Replayed: true} when it was stored before. Every answer that knows the key repeats it, so that a
 * client can tell it from one of a proxy or a login page. Thread-safe.
 */
public final class IdempotentHttp {
    /** Request and response header with the key, with or without quotes. */
    public static final String KEY_HEADER = "Idempotency-Key";
    /** Response header: {@code true} if the reply was stored before. */
    public static final String REPLAYED_HEADER = "Idempotency-Replayed";
    /** Response header: completed, running, not_executed (it never will be), not_found (it may still be) or unknown. */
    public static final String STATE_HEADER = "Tally-Operation-State";

    private final Idempotency idempotency;

    /**
     * One request.
     *
     * @param principal who asks, as the server has authenticated him
     * @param operation method and route template, without blanks, for example {@code POST/payments}
     * @param keyHeader value of {@link #KEY_HEADER}, {@code ""} if it is missing
     * @param body as received; part of the fingerprint
     */
    public record Request(String principal, String operation, String keyHeader, String body) {}

    public IdempotentHttp(Idempotency idempotency) {
        this.idempotency = idempotency;
    }

    /** Executes the request once, and says what to answer. */
    public HttpReply handle(Request request, Idempotency.Work work) {
        if (request.keyHeader().isBlank()) {
            return problem(400, "Idempotency-Key is missing", "send the header " + KEY_HEADER, "not_executed", true);
        }
        IdempotencyKey key;
        try {
            key = new IdempotencyKey(request.principal(), request.operation(), unquoted(request.keyHeader()));
        } catch (IllegalArgumentException e) {
            return problem(400, "Idempotency-Key is unusable", String.valueOf(e.getMessage()), "not_executed", true);
        }
        String fingerprint = Idempotency.fingerprint(request.operation(), request.body());
        return reply(key, idempotency.execute(key, fingerprint, work));
    }

    /** Answer to {@code GET /operations/{key}}: the stored reply, or 404 while it is not executed (it may still be). */
    public HttpReply status(String principal, String operation, String key) {
        IdempotencyKey id = new IdempotencyKey(principal, operation, unquoted(key));
        return reply(id, idempotency.status(id));
    }

    /** Answer to {@code POST /operations/{key}:fence}: the stored reply, or 200 if it will never be executed. */
    public HttpReply fence(String principal, String operation, String key) {
        IdempotencyKey id = new IdempotencyKey(principal, operation, unquoted(key));
        Answer answer = idempotency.fence(id);
        if (answer instanceof Answer.Fenced) {
            HttpReply done = HttpReply.json(200, Json.write(Map.of("operation_state", "not_executed")));
            return named(id, done.withHeader(STATE_HEADER, "not_executed"));
        }
        return reply(id, answer);
    }

    private static HttpReply reply(IdempotencyKey key, Answer answer) {
        return named(key, unnamed(answer));
    }

    private static HttpReply unnamed(Answer answer) {
        if (answer instanceof Answer.Executed done) {
            return done.reply().withHeader(STATE_HEADER, "completed");
        } else if (answer instanceof Answer.Replayed before) {
            return before.reply().withHeader(STATE_HEADER, "completed").withHeader(REPLAYED_HEADER, "true");
        } else if (answer instanceof Answer.Undecided undecided) {
            return undecided.reply().withHeader(STATE_HEADER, "not_found");
        } else if (answer instanceof Answer.InProgress running) {
            return problem(409, "Still running", "the first request with this key is running", "running", false)
                    .withHeader(
                            "Retry-After",
                            Long.toString(Math.max(1, running.retryAfter().toSeconds())));
        } else if (answer instanceof Answer.Mismatch) {
            return problem(422, "Key was used before", "this key belongs to another request", "not_executed", true);
        } else if (answer instanceof Answer.Expired) {
            return problem(422, "Key is too old", "its reply is no longer kept; look at the data", "unknown", false);
        } else if (answer instanceof Answer.Fenced) {
            return problem(422, "Key was fenced", "it is never executed under this key", "not_executed", true);
        }
        return problem(404, "Not executed so far", "a late request may still arrive; fence it", "not_found", false);
    }

    private static HttpReply named(IdempotencyKey key, HttpReply reply) {
        return reply.withHeader(
                KEY_HEADER, '"' + key.key().replace("\\", "\\\\").replace("\"", "\\\"") + '"');
    }

    private static HttpReply problem(int status, String title, String detail, String state, boolean safeNewKey) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("type", "about:blank");
        fields.put("title", title);
        fields.put("status", status);
        fields.put("detail", detail);
        fields.put("operation_state", state);
        fields.put("safe_new_key", safeNewKey);
        return new HttpReply(
                status, Map.of("Content-Type", "application/problem+json", STATE_HEADER, state), Json.write(fields));
    }

    private static String unquoted(String header) {
        String text = header.strip();
        boolean quoted = text.length() >= 2 && text.startsWith("\"") && text.endsWith("\"");
        return quoted
                ? text.substring(1, text.length() - 1).replace("\\\"", "\"").replace("\\\\", "\\")
                : text;
    }
}
