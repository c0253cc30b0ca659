package io.tallystick.xa.http;

import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaEngineBuilder;
import java.net.http.HttpClient;
import java.time.Duration;

/**
 * One transaction over several services: what a service needs, made from its peers and keys. Thread-safe.
 *
 * <pre>{@code
 * XaHttp http = XaHttp.of(new Peers("shop", Map.of("points", URI.create("http://points:8080/tally/xa"))), keys);
 * XaEngine engine = http.joining(XaEngine.named("shop")…).open();
 * XaHttpServer server = new XaHttpServer(http.endpoints(engine), http.incoming(engine));     // for its own HTTP server
 * XaHttpClient client = http.client(engine);
 *
 * engine.call(() -> {
 *     … engine.dataSource("orders") …                                // its own database
 *     return client.send("points", request, ofString());             // another service, in the same transaction
 * });
 * }</pre>
 */
public final class XaHttp {

    private final Peers peers;
    private final KeyRing keys;
    private final HttpClient http;
    private final Wire wire;

    private XaHttp(Peers peers, KeyRing keys, HttpClient http) {
        this.peers = peers;
        this.keys = keys;
        this.http = http;
        this.wire = new Wire(peers, keys, http);
    }

    /** With a client of its own. */
    public static XaHttp of(Peers peers, KeyRing keys) {
        return of(
                peers,
                keys,
                HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build());
    }

    /** With a client that has the TLS settings of the house. */
    public static XaHttp of(Peers peers, KeyRing keys, HttpClient http) {
        return new XaHttp(peers, keys, http);
    }

    /** Lets the engine finish branches in other services, and ask other coordinators. */
    public XaEngineBuilder joining(XaEngineBuilder engine) {
        return engine.remote(
                name -> peers.holds(name) ? new RemoteResource(name, wire) : null, new PulledDecisions(peers, wire));
    }

    public XaHttpClient client(XaEngine engine) {
        return new XaHttpClient(http, outgoing(engine));
    }

    /** For another HTTP client. */
    public OutgoingTransactions outgoing(XaEngine engine) {
        return new OutgoingTransactions(engine, peers, keys, wire);
    }

    /** For the service's HTTP server, around its handlers. */
    public IncomingTransactions incoming(XaEngine engine) {
        return new IncomingTransactions(engine, peers, keys);
    }

    /** For the service's HTTP server, at its base URI. */
    public XaEndpoints endpoints(XaEngine engine) {
        return new XaEndpoints(engine, keys);
    }
}
