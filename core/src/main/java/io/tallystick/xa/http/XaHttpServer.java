package io.tallystick.xa.http;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.xa.http.IncomingTransactions.Participation;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * For services on the JDK's own HTTP server: its endpoints, and handlers that take part in their callers' transactions. Thread-safe.
 *
 * <pre>{@code
 * XaHttpServer xa = new XaHttpServer(http.endpoints(engine), http.incoming(engine));
 * server.createContext("/tally/xa", xa.endpoints());
 * server.createContext("/points", xa.takingPart(exchange -> { … engine.dataSource("points") … }));
 * }</pre>
 */
public final class XaHttpServer {

    private static final Logger LOG = LoggerFactory.getLogger(XaHttpServer.class);

    /** A hint is short; nobody fills the memory through an endpoint. */
    private static final int LONGEST_BODY = 8_192;

    private final XaEndpoints endpoints;
    private final IncomingTransactions incoming;

    public XaHttpServer(XaEndpoints endpoints, IncomingTransactions incoming) {
        this.endpoints = endpoints;
        this.incoming = incoming;
    }

    /** The handler of the context that the peers know as this service's address. */
    public HttpHandler endpoints() {
        return this::answer;
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            byte[] body = exchange.getRequestBody().readNBytes(LONGEST_BODY);
            String base = exchange.getHttpContext().getPath();
            String path = exchange.getRequestURI()
                    .getRawPath()
                    .substring(base.endsWith("/") ? base.length() - 1 : base.length());
            XaEndpoints.Reply reply = endpoints.handle(
                    exchange.getRequestMethod(),
                    path,
                    new String(body, StandardCharsets.UTF_8),
                    exchange.getRequestHeaders().getFirst(XaEndpoints.SIGNATURE_HEADER));
            send(exchange, reply.status(), reply.body());
        }
    }

    /**
     * A handler that takes part in its caller's transaction, if it has one. Its response is held back until the vote stands in a header;
     * when it throws, or answers 400 or more, its part is rolled back.
     */
    public HttpHandler takingPart(HttpHandler handler) {
        return exchange -> {
            List<String> headers = exchange.getRequestHeaders().get(OutgoingTransactions.REQUEST_HEADER);
            Optional<Participation> part;
            try {
                part = incoming.begin(headers == null ? null : String.join(",", headers));
            } catch (TallystickException e) {
                try (exchange) {
                    send(
                            exchange,
                            e instanceof NotAdmittedException no ? no.status() : 503,
                            String.valueOf(e.getMessage()));
                }
                return;
            }
            if (part.isEmpty()) {
                handler.handle(exchange);
            } else {
                handle(handler, exchange, part.get());
            }
        };
    }

    private static void handle(HttpHandler handler, HttpExchange exchange, Participation part) throws IOException {
        try (exchange) {
            HeldExchange held = new HeldExchange(exchange);
            String vote;
            try {
                handler.handle(held);
                vote = held.failed() ? part.failed(null) : part.prepared();
            } catch (Throwable e) {
                // the caller is told in one line, and nobody else would hear of it
                LOG.warn(
                        "{} {} failed; its part of the caller's transaction is rolled back",
                        exchange.getRequestMethod(),
                        exchange.getRequestURI().getPath(),
                        e);
                exchange.getResponseHeaders().set(OutgoingTransactions.RESPONSE_HEADER, part.failed(e));
                send(exchange, 500, "failed; its part of the transaction is rolled back");
                if (e instanceof Error error) {
                    throw error;
                }
                return;
            }
            Headers headers = exchange.getResponseHeaders();
            headers.set(OutgoingTransactions.RESPONSE_HEADER, vote);
            held.release();
        }
    }

    private static void send(HttpExchange exchange, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "text/plain; charset=utf-8");
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }
}
