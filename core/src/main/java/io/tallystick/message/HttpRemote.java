package io.tallystick.message;

import io.tallystick.http.BoundedText;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/**
 * A {@link Remote} behind HTTP with the header {@code Idempotency-Key}. A 4xx counts as decided only if the answer
 * repeats the key: a proxy, a login page or a gateway that never saw the key must not turn an earlier success into a
 * failure; and not if it says that the key is free still: then an earlier request that is late would be executed.
 * Fences by {@code POST operations/{key}:fence}, as {@link IdempotentHttp} answers it. Thread-safe.
 */
public final class HttpRemote implements Remote {
    /** An answer is kept as a row. */
    private static final long MOST_BYTES = 1 << 20;

    private final HttpClient client;
    private final URI target;
    private final URI operations;
    private final Map<String, String> headers;

    /**
     * @param target where the operation is posted
     * @param operations where keys are fenced; ends in {@code /}
     * @param headers sent with every request, for example the authorization; never logged
     */
    public HttpRemote(HttpClient client, URI target, URI operations, Map<String, String> headers) {
        this.client = client;
        this.target = target;
        this.operations = operations;
        this.headers = Map.copyOf(headers);
    }

    @Override
    public Answer send(String key, String request, Duration timeout) throws InterruptedException {
        return post(target, key, request, timeout);
    }

    @Override
    public Answer fence(String key, Duration timeout) throws InterruptedException {
        String path = URLEncoder.encode(key, StandardCharsets.UTF_8) + ":fence";
        return post(operations.resolve("./" + path), key, "", timeout);
    }

    private Answer post(URI uri, String key, String body, Duration timeout) throws InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri)
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body));
        headers.forEach(request::header);
        request.header(IdempotentHttp.KEY_HEADER, '"' + key + '"');
        try {
            return classify(key, client.send(request.build(), BoundedText.of(MOST_BYTES)));
        } catch (ConnectException | HttpConnectTimeoutException e) {
            return new Answer.NotSent("cannot connect to " + uri + ": " + e);
        } catch (IOException e) {
            return new Answer.Unclear("no answer from " + uri + ": " + e, Duration.ZERO);
        }
    }

    private static Answer classify(String key, HttpResponse<String> response) {
        int status = response.statusCode();
        String state = header(response, IdempotentHttp.STATE_HEADER);
        boolean knowsKey =
                header(response, IdempotentHttp.KEY_HEADER).replace("\"", "").equals(key);
        if (state.equals("not_executed") && knowsKey) {
            return new Answer.Refused("HTTP " + status + ": the key will never be executed");
        } else if (status >= 200 && status < 300) {
            return new Answer.Done(
                    response.body(),
                    header(response, IdempotentHttp.REPLAYED_HEADER).equals("true"));
        } else if (isPassing(status) || status >= 500 || state.equals("unknown")) {
            return new Answer.Unclear("HTTP " + status, retryAfter(response));
        }
        String reason = "HTTP " + status + (status >= 400 ? "" : " is no answer to a POST");
        boolean decided = knowsKey && !state.equals("not_found");
        return decided ? new Answer.Refused(reason) : new Answer.TurnedAway(reason);
    }

    private static boolean isPassing(int status) {
        return status == 404 || status == 408 || status == 409 || status == 425 || status == 429;
    }

    private static Duration retryAfter(HttpResponse<String> response) {
        String seconds = header(response, "Retry-After");
        return seconds.matches("\\d{1,6}") ? Duration.ofSeconds(Long.parseLong(seconds)) : Duration.ZERO;
    }

    private static String header(HttpResponse<String> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }
}
