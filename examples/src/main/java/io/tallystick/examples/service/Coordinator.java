package io.tallystick.examples.service;

import com.sun.net.httpserver.HttpExchange;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Schema;
import io.tallystick.xa.JdbcBranchDriver;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import io.tallystick.xa.decision.JdbcDecisionStore;
import io.tallystick.xa.http.KeyRing;
import io.tallystick.xa.http.Peers;
import io.tallystick.xa.http.XaHttp;
import io.tallystick.xa.http.XaHttpClient;
import io.tallystick.xa.http.XaHttpServer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import javax.sql.DataSource;

/**
 * A service whose work can be part of a transaction over several services: it coordinates those that it begins, with its decisions in
 * its own database, and does its part in those of its peers. Put together on one thread, then thread-safe; lives until the process ends.
 */
public final class Coordinator {

    private static final String ENDPOINTS = "/tally/xa";
    private static final String PARTS = "/parts/";
    /** Two services that call each other must not wait for each other's connections: as many as customers come at once. */
    private static final int CONNECTIONS = 32;

    /** A transaction takes milliseconds, also on a busy machine; nothing is to be locked for much longer. */
    private static final Duration LONGEST = Duration.ofSeconds(15);

    /** Everything runs on 127.0.0.1 for a minute; real services get theirs from where they keep their secrets. */
    private static final KeyRing KEYS = KeyRing.of("demo", "not a secret: a demo".getBytes(StandardCharsets.UTF_8));

    private final Service service;
    private final XaEngine engine;
    private final XaHttpServer server;
    private final XaHttpClient client;

    private Coordinator(Service service, XaHttp http, XaEngine engine) {
        this.service = service;
        this.engine = engine;
        this.server = new XaHttpServer(http.endpoints(engine), http.incoming(engine));
        this.client = http.client(engine);
    }

    /** Opens the engine, which begins to finish what an earlier life of this service has left. */
    public static Coordinator on(Service service) {
        Schema.of(service.jdbc()).install("xa");
        String name = service.settings().name();
        XaHttp http = XaHttp.of(new Peers(name, endpoints(service.settings().peers())), KEYS);
        XaEngine engine = http.joining(XaEngine.named(name)
                        // the process that is started again in its place need not wait for its lease
                        .node(name)
                        .settings(XaSettings.standard().withTimeout(LONGEST).withPrepareBudget(LONGEST))
                        .resource(driver(service))
                        .decisions(JdbcDecisionStore.on(name, service.jdbc())))
                .open();
        Coordinator coordinator = new Coordinator(service, http, engine);
        service.handle(ENDPOINTS, coordinator.server.endpoints());
        return coordinator;
    }

    /** What a service does for a transaction of another one. */
    @FunctionalInterface
    public interface Part<B> {
        /** @throws Exception a no: everything is rolled back */
        void run(B body) throws Exception;
    }

    /** {@code POST /parts/<name>}: does its part, and prepares it, in the transaction of the peer that calls. */
    public <B> Coordinator part(String name, Class<B> type, Part<B> part) {
        service.handle(PARTS + name, server.takingPart(exchange -> perform(exchange, type, part)));
        return this;
    }

    private static <B> void perform(HttpExchange exchange, Class<B> type, Part<B> part) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        try {
            part.run(Json.read(body, type));
            exchange.sendResponseHeaders(204, -1);
        } catch (Exception e) {
            byte[] why = String.valueOf(e.getMessage()).getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(422, why.length);
            exchange.getResponseBody().write(why);
        }
    }

    /** Runs the work in one transaction; see {@link XaEngine#call}. */
    public void inTransaction(Work work) throws Exception {
        engine.call(() -> {
            work.run();
            return engine;
        });
    }

    /** What is done in one transaction. */
    @FunctionalInterface
    public interface Work {
        void run() throws Exception;
    }

    /** Lets a peer do its part in this thread's transaction. */
    public void call(String peer, String part, Object body) throws IOException, InterruptedException {
        URI address = Objects.requireNonNull(service.settings().peers().get(peer), () -> "no address for " + peer);
        HttpRequest request = HttpRequest.newBuilder(address.resolve(PARTS + part))
                .POST(HttpRequest.BodyPublishers.ofString(Json.write(body)))
                .build();
        HttpResponse<String> answer = client.send(peer, request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 204) {
            throw new IOException(peer + " answered " + answer.statusCode() + ": " + answer.body());
        }
    }

    /** Its own database, within this thread's transaction. */
    public DataSource database() {
        return engine.dataSource(service.settings().name());
    }

    private static JdbcBranchDriver driver(Service service) {
        PoolSettings pool = PoolSettings.of(service.settings().name(), CONNECTIONS);
        return service.jdbc().dialect() == Dialect.POSTGRESQL
                ? PostgresBranchDriver.on(service.database(), pool)
                : InnoDbBranchDriver.mariadb(service.database(), pool);
    }

    private static Map<String, URI> endpoints(Map<String, URI> peers) {
        Map<String, URI> endpoints = new LinkedHashMap<>();
        peers.forEach((name, address) -> endpoints.put(name, address.resolve(ENDPOINTS)));
        return endpoints;
    }
}
