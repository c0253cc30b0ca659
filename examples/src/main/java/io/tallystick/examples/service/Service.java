package io.tallystick.examples.service;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.examples.service.Endpoint.Answer;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.Tx;
import io.tallystick.message.Backoff;
import io.tallystick.message.Channel;
import io.tallystick.message.JdbcChannel;
import io.tallystick.message.MessageRuntime;
import io.tallystick.message.OperationKey;
import io.tallystick.message.Participant;
import io.tallystick.message.Reply;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Executors;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One service: its database, its HTTP server on 127.0.0.1, its end of the command channels, its faults. A service's
 * {@code main} hands itself to {@link ServiceMain}. Lives until the process ends; thread-safe.
 */
public final class Service {

    private static final Logger LOG = LoggerFactory.getLogger(Service.class);
    private static final int CONNECTIONS = 6;

    private final ServiceSettings settings;
    private final HikariDataSource database;
    private final Jdbc jdbc;
    private final HttpServer http;
    private final Faults faults;
    private final Channel channel;

    Service(ServiceSettings settings) throws IOException {
        this.settings = settings;
        this.database = settings.databases().own().open(CONNECTIONS);
        this.jdbc = Jdbc.on(database);
        Schema.of(jdbc).install("message");
        SqlFile.at("service/service.sql").run(jdbc);
        this.faults = new Faults(settings.seed());
        this.channel = new FaultyChannel(channels(settings), faults);
        this.http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), settings.port()), 0);
        // as many as there are requests: two services that call each other must not wait for each other's threads
        http.setExecutor(Executors.newCachedThreadPool());
        admin();
    }

    /** Work behind an endpoint, in the transaction that also stores the reply. */
    @FunctionalInterface
    public interface Work<B> {
        Reply run(Tx tx, B body, OperationKey key) throws Exception;
    }

    /** A request that is not behind the barrier. */
    @FunctionalInterface
    public interface Question {
        /** The answer as JSON; {@code rest} is the path behind the registered one. */
        String answer(String rest, String body) throws Exception;
    }

    /** Creates this service's tables, from a file beside the class path folder of the examples. */
    public Service tables(String file) {
        SqlFile.at(file).run(jdbc);
        return this;
    }

    /** The database that this service has beside its own, with tables created as by {@link #tables}. */
    public DataSource further(String file) {
        DataSource further = settings.databases().further().get(0).open(CONNECTIONS);
        SqlFile.at(file).run(Jdbc.on(further));
        return further;
    }

    /** A POST that takes effect once for each key; under faults. */
    public <B> Service post(String path, Class<B> type, Work<B> work) {
        Endpoint<B> endpoint = new Endpoint<>(jdbc, type, work);
        http.createContext(path, exchange -> underFaults(exchange, body -> endpoint.handle(exchange, body)));
        return this;
    }

    /** A request that may be repeated freely; under faults. */
    public Service ask(String path, Question question) {
        http.createContext(
                path,
                exchange -> underFaults(exchange, body -> {
                    String rest = exchange.getRequestURI().getPath().substring(path.length());
                    return Answer.ok(question.answer(rest, body));
                }));
        return this;
    }

    /** A request that somebody else answers; without faults of this service's own. */
    Service handle(String path, HttpHandler handler) {
        http.createContext(path, handler);
        return this;
    }

    /** Begins the list of commands that this service handles. */
    public Participant.Builder commands() {
        return Participant.on(database).listen(channel);
    }

    /** Where commands and replies travel. */
    public Channel channel() {
        return channel;
    }

    public DataSource database() {
        return database;
    }

    public Jdbc jdbc() {
        return jdbc;
    }

    public ServiceSettings settings() {
        return settings;
    }

    public Faults faults() {
        return faults;
    }

    /** Starts to answer; returns the port. */
    int start() {
        http.start();
        return http.getAddress().getPort();
    }

    private static Channel channels(ServiceSettings settings) {
        // a service that was killed is back in a second and takes its messages up again once its old lease has run out
        JdbcChannel.Options options = new JdbcChannel.Options(
                4, Duration.ofSeconds(1), Duration.ofMillis(20), Duration.ofMillis(100), Backoff.standard());
        return new JdbcChannel(settings.databases().channels().open(CONNECTIONS), options, MessageRuntime.system());
    }

    private void admin() {
        http.createContext("/admin/faults", exchange -> {
            String body = read(exchange);
            if (exchange.getRequestMethod().equals("PUT")) {
                faults.set(Json.read(body, FaultSettings.class));
            }
            send(exchange, Answer.ok(Json.write(faults.struck())));
        });
    }

    private void underFaults(HttpExchange exchange, Handler handler) throws IOException {
        String body = read(exchange);
        if (faults.inMaintenance()) {
            exchange.getResponseHeaders().set("Retry-After", "1");
            send(exchange, Answer.problem(503, "MAINTENANCE", settings.name() + " is in its maintenance window"));
            return;
        }
        if (faults.duplicates()) {
            answer(handler, body);
        }
        Answer answer = answer(handler, body);
        faults.dawdle();
        if (faults.losesReply()) {
            // closing without headers resets the connection: the asker never learns what happened
            exchange.close();
            return;
        }
        send(exchange, answer);
    }

    private Answer answer(Handler handler, String body) {
        try {
            return handler.handle(body);
        } catch (Exception e) {
            LOG.warn("a request to {} failed; its outcome is unknown to the asker", settings.name(), e);
            return Answer.problem(500, "FAILED", "the request failed; ask again with the same key");
        }
    }

    private static String read(HttpExchange exchange) throws IOException {
        return new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
    }

    private static void send(HttpExchange exchange, Answer answer) throws IOException {
        byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", answer.type());
        exchange.sendResponseHeaders(answer.status(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    @FunctionalInterface
    private interface Handler {
        Answer handle(String body) throws Exception;
    }
}
