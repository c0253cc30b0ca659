package io.tallystick.message;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a server answers to a request, in terms of HTTP but free of any HTTP library.
 *
 * @param status HTTP status code
 * @param headers at most one value for each name; copied
 * @param body text, or {@code ""}
 */
public record HttpReply(int status, Map<String, String> headers, String body) {
    public HttpReply {
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("HTTP status " + status + ": expected 200 to 599");
        }
        headers = Collections.unmodifiableMap(new TreeMap<>(headers));
    }

    /** A JSON body. */
    public static HttpReply json(int status, String body) {
        return new HttpReply(status, Map.of("Content-Type", "application/json"), body);
    }

    /** This reply with one header set. */
    public HttpReply withHeader(String name, String value) {
        Map<String, String> more = new TreeMap<>(headers);
        more.put(name, value);
        return new HttpReply(status, more, body);
    }

    /**
     * Whether the request was decided, so that the same answer must be given for ever. The others say "not this time":
     * bad syntax, no right, too many, somebody else is at it, broken.
     */
    boolean isFinal() {
        return switch (status) {
            case 400, 401, 403, 408, 409, 429 -> false;
            default -> status < 500;
        };
    }
}
