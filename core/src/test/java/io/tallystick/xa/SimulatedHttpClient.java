package io.tallystick.xa;

import io.tallystick.testkit.sim.Simulation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Authenticator;
import java.net.ConnectException;
import java.net.CookieHandler;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * The network as one process sees it, behind the JDK's own interface: a request reaches any replica of the service in the host's place. While
 * there is trouble requests are lost, late, doubled and forged, answers are lost and late, a proxy answers instead, and nothing passes at all.
 */
final class SimulatedHttpClient extends HttpClient {

    private static final double TROUBLE = 0.03;

    private final SimulatedService service;
    private final XaWorld world;
    private final Simulation sim;

    SimulatedHttpClient(SimulatedService service) {
        this.service = service;
        this.world = service.world;
        this.sim = world.sim;
    }

    /** A request under way to one replica. */
    private final class Delivery {
        final SimulatedXaEngine.Life there;
        final SimulatedExchange exchange;
        boolean over;

        Delivery(SimulatedXaEngine.Life there, HttpRequest request) {
            this.there = there;
            this.exchange = new SimulatedExchange(
                    request.method(), request.uri(), request.headers().map(), body(request));
            world.fibers.start(named(request), there, this::serve);
        }

        private void serve() {
            try {
                there.serve(exchange);
            } catch (IOException | RuntimeException e) {
                // the server closes the connection
            }
            over = true;
        }

        boolean isOver() {
            return over || there.isDead();
        }
    }

    @Override
    public <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) throws IOException {
        Duration until = sim.elapsed().plus(request.timeout().orElse(Duration.ofSeconds(10)));
        String to = request.uri().getHost();
        travel();
        if (!world.passes(service.name, to)) {
            throw lost(request, until);
        }
        if (lossy()) {
            if (sim.chance(0.5)) {
                sim.within(
                        Duration.ofMillis(1),
                        Duration.ofSeconds(8),
                        "late: " + named(request),
                        () -> deliver(request, to));
            }
            throw lost(request, until);
        }
        if (lossy() && sim.chance(0.3)) {
            return new SimulatedResponse<>(
                    request, handler, sim.chance(0.5) ? 200 : 502, Map.of(), "<html>a proxy</html>");
        }
        if (lossy()) {
            turnedRound(request).ifPresent(forged -> deliver(forged, to));
        }
        Delivery delivery = deliver(request, to);
        if (delivery == null) {
            throw new ConnectException("no process of " + to + " is there");
        }
        if (lossy()) {
            delivery = again(delivery, request, to);
        }
        boolean over = world.fibers.waitFor(delivery::isOver, left(until));
        travel();
        if (!over || sim.elapsed().compareTo(until) > 0) {
            throw new HttpTimeoutException("no answer in time: " + named(request));
        }
        if (lossy() || !world.passes(to, service.name)) {
            throw lost(request, until);
        }
        SimulatedExchange answered = delivery.exchange;
        if (!delivery.over || answered.getResponseCode() < 0) {
            throw new IOException("connection reset: " + named(request));
        }
        return new SimulatedResponse<>(
                request,
                handler,
                answered.getResponseCode(),
                answered.getResponseHeaders(),
                new String(answered.body(), StandardCharsets.UTF_8));
    }

    private @Nullable Delivery deliver(HttpRequest request, String to) {
        List<SimulatedXaEngine.Life> there = world.services.stream()
                .filter(s -> s.name.equals(to))
                .flatMap(s -> s.replicas.stream())
                .map(SimulatedXaEngine::life)
                .filter(Objects::nonNull)
                .toList();
        return there.isEmpty() ? null : new Delivery(world.any(there), request);
    }

    /** A proxy repeats the request, soon or when the first one has long been answered, and hands on one of the answers. */
    private Delivery again(Delivery first, HttpRequest request, String to) {
        if (sim.chance(0.5)) {
            sim.within(
                    Duration.ofMillis(1),
                    Duration.ofSeconds(8),
                    "doubled: " + named(request),
                    () -> deliver(request, to));
            return first;
        }
        travel();
        Delivery second = deliver(request, to);
        return second == null ? first : second;
    }

    /** Somebody on the way makes a rollback of a commit, and the other way round; the signature is that of the true word. */
    private static Optional<HttpRequest> turnedRound(HttpRequest word) {
        String uri = word.uri().toString();
        String other = uri.endsWith("/commit")
                ? uri.replaceAll("commit$", "rollback")
                : uri.endsWith("/rollback") ? uri.replaceAll("rollback$", "commit") : uri;
        return other.equals(uri)
                ? Optional.empty()
                : Optional.of(HttpRequest.newBuilder(word, (name, value) -> true)
                        .uri(URI.create(other))
                        .build());
    }

    private boolean lossy() {
        return !world.healed() && sim.chance(TROUBLE);
    }

    private void travel() {
        world.fibers.pause(
                sim.between(Duration.ofMillis(1), sim.chance(0.03) ? Duration.ofSeconds(2) : Duration.ofMillis(10)));
    }

    private IOException lost(HttpRequest request, Duration until) {
        world.fibers.pause(sim.chance(0.4) ? left(until) : sim.between(Duration.ofMillis(1), Duration.ofMillis(50)));
        return new IOException("lost: " + named(request));
    }

    private Duration left(Duration until) {
        Duration left = until.minus(sim.elapsed());
        return left.isNegative() ? Duration.ZERO : left;
    }

    private static String named(HttpRequest request) {
        return request.method() + " " + request.uri();
    }

    private static byte[] body(HttpRequest request) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        request.bodyPublisher()
                .ifPresent(publisher -> publisher.subscribe(new Flow.Subscriber<>() {
                    @Override
                    public void onSubscribe(Flow.Subscription subscription) {
                        subscription.request(Long.MAX_VALUE);
                    }

                    @Override
                    public void onNext(ByteBuffer part) {
                        byte[] some = new byte[part.remaining()];
                        part.get(some);
                        bytes.writeBytes(some);
                    }

                    @Override
                    public void onError(Throwable failure) {
                        throw new IllegalStateException(failure);
                    }

                    @Override
                    public void onComplete() {}
                }));
        return bytes.toByteArray();
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
        throw new UnsupportedOperationException();
    }

    @Override
    public <T> CompletableFuture<HttpResponse<T>> sendAsync(
            HttpRequest request,
            HttpResponse.BodyHandler<T> handler,
            HttpResponse.@Nullable PushPromiseHandler<T> pushed) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<CookieHandler> cookieHandler() {
        return Optional.empty();
    }

    @Override
    public Optional<Duration> connectTimeout() {
        return Optional.empty();
    }

    @Override
    public Redirect followRedirects() {
        return Redirect.NEVER;
    }

    @Override
    public Optional<ProxySelector> proxy() {
        return Optional.empty();
    }

    @Override
    public SSLContext sslContext() {
        throw new UnsupportedOperationException();
    }

    @Override
    public SSLParameters sslParameters() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<Authenticator> authenticator() {
        return Optional.empty();
    }

    @Override
    public Version version() {
        return Version.HTTP_1_1;
    }

    @Override
    public Optional<Executor> executor() {
        return Optional.empty();
    }
}
