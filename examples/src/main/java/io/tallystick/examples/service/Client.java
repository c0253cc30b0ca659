package io.tallystick.examples.service;

import io.tallystick.message.Headers;
import io.tallystick.message.OperationKey;
import io.tallystick.message.Reply;
import io.tallystick.saga.NotExecuted;
import io.tallystick.saga.StepContext;
import io.tallystick.saga.StepRefused;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/** Calls one service over HTTP, and tells the three outcomes apart. Thread-safe. */
public final class Client {

    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private final HttpClient http;
    private final URI service;
    private final Duration patience;

    public Client(URI service) {
        this(
                HttpClient.newBuilder()
                        .connectTimeout(PATIENCE)
                        .version(HttpClient.Version.HTTP_1_1)
                        .build(),
                service,
                PATIENCE);
    }

    private Client(HttpClient http, URI service, Duration patience) {
        this.http = http;
        this.service = service;
        this.patience = patience;
    }

    /** One that waits longer, or less long, for an answer. */
    public Client waiting(Duration longest) {
        return new Client(http, service, longest);
    }

    /** @throws IllegalArgumentException if the settings do not say where the peer is */
    public static Client to(ServiceSettings settings, String peer) {
        URI address = settings.peers().get(peer);
        if (address == null) {
            throw new IllegalArgumentException(settings.name() + " was not told where '" + peer + "' is, only "
                    + settings.peers().keySet());
        }
        return new Client(address);
    }

    /**
     * One attempt.
     *
     * @throws StepRefused if the service said a business no
     * @throws NotExecuted if nothing happened: nobody listens, or the service is in its maintenance window
     * @throws UncheckedIOException if nobody knows
     */
    public Reply.Done post(String path, OperationKey key, Object body) {
        return post(path, key, 0, body);
    }

    /**
     * One attempt of a saga's step: the participant is told the epoch, too, by which it knows an engine that was replaced.
     * Same errors as {@link #post(String, OperationKey, Object)}.
     */
    public Reply.Done post(String path, StepContext context, Object body) {
        return post(path, context.key(), context.before().epoch(), body);
    }

    private Reply.Done post(String path, OperationKey key, long epoch, Object body) {
        HttpRequest request = request(path)
                .header("Idempotency-Key", '"' + key.toString() + '"')
                .header(Headers.EPOCH, Long.toString(epoch))
                .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)))
                .build();
        HttpResponse<String> response = send(request);
        if (response.statusCode() / 100 == 2) {
            return new Reply.Done(response.body());
        }
        boolean businessNo = response.statusCode() / 100 == 4 && response.statusCode() != 409;
        throw businessNo ? refusal(response.body()) : unknown(path, response);
    }

    /** A request that may be repeated freely, and its answer as text. Same errors as {@link #post}. */
    public String ask(String method, String path, String body) {
        HttpResponse<String> response = send(request(path)
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .build());
        if (response.statusCode() != 200) {
            throw unknown(path, response);
        }
        return response.body();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(service.resolve(path))
                .timeout(patience)
                .header("Content-Type", "application/json");
    }

    private HttpResponse<String> send(HttpRequest request) {
        try {
            return http.send(request, BodyHandlers.ofString());
        } catch (ConnectException e) {
            throw new NotExecuted("nobody listens at " + service, e);
        } catch (IOException e) {
            throw new UncheckedIOException("no answer from " + request.uri(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while waiting for " + request.uri(), e);
        }
    }

    private static StepRefused refusal(String body) {
        Endpoint.Problem problem = Json.read(body, Endpoint.Problem.class);
        return new StepRefused(problem.code(), problem.reason());
    }

    private static RuntimeException unknown(String path, HttpResponse<String> response) {
        IOException cause = new IOException(path + " answered " + response.statusCode() + ": " + response.body());
        return response.statusCode() == 503
                ? new NotExecuted("the service is in its maintenance window", cause)
                : new UncheckedIOException(cause);
    }
}
