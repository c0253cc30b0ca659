package io.tallystick.examples.service;

import com.sun.net.httpserver.HttpExchange;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Barrier;
import io.tallystick.message.Effect;
import io.tallystick.message.Headers;
import io.tallystick.message.OperationKey;
import io.tallystick.message.Passage;
import io.tallystick.message.Reply;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A POST that takes effect once for each idempotency key: the key's barrier row, the business rows and the stored reply
 * are one transaction. Actions and compensations have paths of their own and are told apart by their key. Thread-safe.
 *
 * @param <B> what the body holds
 */
final class Endpoint<B> {

    private static final int ATTEMPTS_ON_CONFLICT = 20;

    private final Jdbc jdbc;
    private final Class<B> type;
    private final Service.Work<B> work;
    private final Barrier barrier = new Barrier();

    Endpoint(Jdbc jdbc, Class<B> type, Service.Work<B> work) {
        this.jdbc = jdbc;
        this.type = type;
        this.work = work;
    }

    Answer handle(HttpExchange exchange, String body) throws IOException {
        String header = exchange.getRequestHeaders().getFirst("Idempotency-Key");
        note(exchange.getRequestURI().getPath(), header);
        if (header == null) {
            return Answer.problem(400, "KEY_MISSING", "this request needs the header Idempotency-Key");
        }
        OperationKey key = keyOf(header);
        B request = Json.read(body, type);
        Passage passage = jdbc.withRetryOnConflict(
                ATTEMPTS_ON_CONFLICT,
                tx -> barrier.pass(tx, key, epochOf(exchange), Effect.TRANSACTIONAL, () -> work.run(tx, request, key)));
        if (passage.kind() == Passage.Kind.STALE) {
            return Answer.problem(409, "STALE_EPOCH", "another engine has taken over");
        }
        return answer(passage.reply());
    }

    /** Every request leaves a trace, apart from its effect: the books show that each one carried its key. */
    private void note(String path, @Nullable String key) {
        jdbc.run((Tx tx) -> tx.update("INSERT INTO received (path, operation) VALUES (?, ?)", path, key));
    }

    private static OperationKey keyOf(String header) {
        // a structured header: the key is a quoted string (RFC 8941, draft-ietf-httpapi-idempotency-key-header)
        String text = header.startsWith("\"") ? header.substring(1, header.length() - 1) : header;
        return text.chars().filter(c -> c == ':').count() >= 3
                ? OperationKey.parse(text)
                : OperationKey.action(text, "request");
    }

    private static long epochOf(HttpExchange exchange) {
        String epoch = exchange.getRequestHeaders().getFirst(Headers.EPOCH);
        return epoch == null ? 0 : Long.parseLong(epoch);
    }

    private static Answer answer(Reply reply) {
        return reply instanceof Reply.Refused refused
                ? Answer.problem(422, refused.code(), refused.reason())
                : Answer.ok(((Reply.Done) reply).body());
    }

    /** What goes back. */
    record Answer(int status, String type, String body) {
        static Answer ok(String json) {
            return new Answer(200, "application/json", json.isEmpty() ? "{}" : json);
        }

        static Answer problem(int status, String code, String reason) {
            return new Answer(status, "application/problem+json", Json.write(new Problem(code, reason)));
        }
    }

    /** RFC 9457 with the two members that a saga reads. */
    record Problem(String code, String reason) {}
}
