package io.tallystick.message;

/**
 * Names one request of one client. The scope is part of the key, so that nobody reads another one's stored reply by
 * guessing his key.
 *
 * @param scope who asks, as the server knows him (principal, tenant), never what the request says; up to 100 characters
 * @param operation what is asked for, for example {@code POST /payments}, written without blanks; up to 100 characters
 * @param key chosen by the client; up to 200 characters without blanks. Only a UUID of version 7 carries its age and can
 *     be forgotten safely; any other key is kept for ever
 */
public record IdempotencyKey(String scope, String operation, String key) {
    public IdempotencyKey {
        Names.require("scope", scope, 100);
        Names.require("operation", operation, 100);
        Names.require("idempotency key", key, 200);
    }
}
