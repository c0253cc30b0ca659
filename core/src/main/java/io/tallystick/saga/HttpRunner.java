package io.tallystick.saga;

import io.tallystick.http.BoundedText;
import io.tallystick.message.Headers;
import io.tallystick.message.IdempotentHttp;
import io.tallystick.message.Reply;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * POSTs an attempt. 2xx is done; 4xx is a no, except for those that ask to wait; a connection that was never made left
 * nothing behind; anything else is unknown. Where an earlier attempt may have reached the service, a 4xx is a no only in the service's own
 * words: a proxy, a login page or a gateway sends 4xx too, and must not turn what has happened into what has not. The key follows
 * draft-ietf-httpapi-idempotency-key-header.
 */
final class HttpRunner {

    /** What a step keeps of an answer is a row of the store: a mebibyte is far more than that. */
    private static final long MOST_BYTES = 1 << 20;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String KEY = IdempotentHttp.KEY_HEADER;
    /** Said only by who has looked at what was asked: payment required, unprocessable content. */
    private static final Set<Integer> OF_THE_SERVICE = Set.of(402, 422);

    private final HttpClient client;
    private final Function<String, URI> services;
    private final PayloadCodec codec;
    private final InstantSource clock;

    HttpRunner(HttpClient client, Function<String, URI> services, PayloadCodec codec, InstantSource clock) {
        this.client = client;
        this.services = services;
        this.codec = codec;
        this.clock = clock;
    }

    <D> void send(StepWork.Http<D> work, Invocation attempt, D payload, Consumer<SagaEvent.Answer> answer) {
        HttpRequest request = request(work, attempt, payload);
        var unused = client.sendAsync(request, BoundedText.of(MOST_BYTES))
                .handle((response, failure) -> failure != null
                        ? unanswered(attempt.token(), failure)
                        : answered(work, attempt, payload, response))
                .thenAccept(answer);
    }

    private <D> HttpRequest request(StepWork.Http<D> work, Invocation attempt, D payload) {
        StepWork.Request<D> what = attempt.compensates() ? Objects.requireNonNull(work.compensation()) : work.action();
        Duration left = Duration.between(clock.instant(), attempt.until());
        return HttpRequest.newBuilder(services.apply(work.service()).resolve(what.path()))
                .timeout(left.isNegative() || left.isZero() ? Duration.ofMillis(1) : left)
                .header("Content-Type", "application/json")
                .header(KEY, '"' + attempt.key().toString() + '"')
                .header(Headers.CORRELATION_ID, attempt.state().head().correlationId())
                .header(Headers.SAGA, attempt.state().id().toString())
                .header(Headers.STEP, attempt.token().step())
                .header(Headers.PHASE, attempt.token().phase().word())
                .header(Headers.EXECUTION, String.valueOf(attempt.token().execution()))
                .header(Headers.ATTEMPT, String.valueOf(attempt.token().attempt()))
                .header(Headers.EPOCH, String.valueOf(attempt.epoch()))
                .header(Headers.DEFINITION, attempt.state().graph().toString())
                .header(Headers.OPERATION, attempt.key().toString())
                .POST(HttpRequest.BodyPublishers.ofString(
                        codec.encode(Objects.requireNonNull(what.body().apply(payload)))))
                .build();
    }

    private static SagaEvent.Answer unanswered(StepToken token, Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        boolean neverConnected = cause instanceof ConnectException || cause instanceof HttpConnectTimeoutException;
        return new SagaEvent.StepUnknown(token, Failures.words(cause), !neverConnected);
    }

    private <D> SagaEvent.Answer answered(
            StepWork.Http<D> work, Invocation attempt, D payload, HttpResponse<String> response) {
        int status = response.statusCode();
        if (status >= 200 && status < 300) {
            return Answers.of(attempt, payload, Reply.done(response.body()), work.onReply(), codec);
        }
        String said = "HTTP " + status + " from " + work.service();
        if (status == 429
                || (status == 503
                        && response.headers().firstValue("Retry-After").isPresent())) {
            // The service itself says that it did not process the request (RFC 6585 4, RFC 9110 15.6.4).
            return new SagaEvent.StepUnknown(attempt.token(), said, false);
        }
        if (status >= 400 && status < 500 && status != 408 && status != 409 && status != 425) {
            Problem problem = Problem.read(response.body(), said);
            return attempt.repeats() && !isOfTheService(attempt, response, problem)
                    ? new SagaEvent.StepUnknown(attempt.token(), said + ", which may be of somebody on the way", false)
                    : new SagaEvent.StepWasRefused(
                            attempt.token(),
                            Objects.requireNonNullElse(problem.code(), "HTTP_REFUSED"),
                            problem.reason());
        }
        return new SagaEvent.StepUnknown(attempt.token(), said, true);
    }

    private static boolean isOfTheService(Invocation attempt, HttpResponse<String> response, Problem problem) {
        String key = response.headers().firstValue(KEY).orElse("").replace("\"", "");
        return problem.code() != null
                || key.equals(attempt.key().toString())
                || OF_THE_SERVICE.contains(response.statusCode());
    }

    /**
     * A problem document (RFC 9457), as far as there is one.
     *
     * @param code null when it has none: then anybody may have written it
     */
    private record Problem(@Nullable String code, String reason) {

        static Problem read(String body, String said) {
            try {
                JsonNode problem = JSON.readTree(body);
                String reason = Stream.of("reason", "detail", "title")
                        .flatMap(field -> Stream.ofNullable(text(problem, field)))
                        .findFirst()
                        .orElse(said);
                return new Problem(text(problem, "code"), reason);
            } catch (JacksonException e) {
                return new Problem(null, said + ", not a problem document");
            }
        }

        private static @Nullable String text(JsonNode node, String field) {
            JsonNode value = node.get(field);
            return value != null && value.isString() ? value.stringValue() : null;
        }
    }
}
