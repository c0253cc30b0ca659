package io.tallystick.xa.http;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.InDoubtPolicy;
import io.tallystick.xa.JdbcBranchDriver;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaEngineBuilder;
import io.tallystick.xa.XaSettings;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.sql.DataSource;

/** A service with a database, an engine and an HTTP server: {@code /add?id=1&by=5} changes an account of it. */
@SuppressWarnings("NullAway.Init")
final class TestService implements AutoCloseable {

    /** A lease that outlasts the pauses of a busy machine: a peer would roll back what is alive. */
    static final XaSettings QUICK = XaSettings.standard()
            .withLease(Duration.ofMillis(1_500))
            .withScanEvery(Duration.ofMillis(100))
            .withPrepareBudget(Duration.ofSeconds(30))
            .withAckWait(Duration.ofMillis(300));

    final String name;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private XaEngine engine;
    private XaHttp http;
    private XaHttpServer adapter;
    private InDoubtPolicy policy = InDoubtPolicy.HOLD;
    private boolean configured = true;

    TestService(String name) throws IOException {
        this.name = name;
        this.server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.setExecutor(threads);
    }

    /** What becomes of its branches whose coordinator does not answer; to be said before it opens. */
    TestService betting(InDoubtPolicy bet) {
        policy = bet;
        return this;
    }

    /** Its resource is not configured; to be said before it opens. */
    TestService withoutItsResource() {
        configured = false;
        return this;
    }

    int port() {
        return server.getAddress().getPort();
    }

    URI at() {
        return at(port());
    }

    static URI at(int port) {
        return URI.create("http://127.0.0.1:" + port + "/tally/xa");
    }

    /** Begins to serve, with its decisions in its own database. */
    TestService open(TestDatabase db, DataSource decisions, Map<String, URI> others, KeyRing keys) {
        http = XaHttp.of(new Peers(name, others), keys);
        engine = engine(db, decisions);
        adapter = new XaHttpServer(http.endpoints(engine), http.incoming(engine));
        server.createContext("/tally/xa", adapter.endpoints());
        handle("/add", exchange -> {
            add(exchange.getRequestURI().getQuery());
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write("ok".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            exchange.close();
        });
        server.start();
        return this;
    }

    TestService open(TestDatabase db, Map<String, URI> others, KeyRing keys) {
        return open(db, db.dataSource(), others, keys);
    }

    private XaEngine engine(TestDatabase db, DataSource decisions) {
        XaEngineBuilder builder =
                XaEngine.named(name).settings(QUICK).decisions(JdbcDecisionStore.on(name, Jdbc.on(decisions)));
        if (configured) {
            builder.resource(driver(db, name)).policy(name, policy);
        }
        return http.joining(builder).open();
    }

    static JdbcBranchDriver driver(TestDatabase db, String name) {
        PoolSettings pool = PoolSettings.of(name, 8);
        return switch (db.engine()) {
            case POSTGRESQL -> PostgresBranchDriver.on(db.dataSource(), pool);
            case MARIADB -> InnoDbBranchDriver.mariadb(db.dataSource(), pool);
            case MYSQL -> InnoDbBranchDriver.mysql(db.dataSource(), pool);
        };
    }

    static void accounts(TestDatabase db) {
        Schema.of(Jdbc.on(db.dataSource())).install("xa");
        db.execute(
                "DROP TABLE IF EXISTS account",
                "CREATE TABLE account (id INT PRIMARY KEY, amount INT NOT NULL)",
                "INSERT INTO account VALUES (1, 100), (2, 100), (3, 100), (4, 100)",
                "DELETE FROM tally_decision",
                "DELETE FROM tally_heuristic");
    }

    void handle(String path, HttpHandler handler) {
        server.createContext(path, adapter.takingPart(handler));
    }

    void handleAlone(String path, HttpHandler handler) {
        server.createContext(path, handler);
    }

    OutgoingTransactions outgoing() {
        return http.outgoing(engine);
    }

    XaEngine engine() {
        return engine;
    }

    HttpResponse<String> call(TestService other, String path) throws IOException, InterruptedException {
        return call(other.name, other.port(), path);
    }

    HttpResponse<String> call(String other, int port, String path) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return http.client(engine).send(other, request, BodyHandlers.ofString());
    }

    /** Query as in {@code id=1&by=5}. */
    void add(String query) {
        String[] parts = query.split("[=&]");
        add(Integer.parseInt(parts[1]), Integer.parseInt(parts[3]));
    }

    void add(int id, int by) {
        try (Connection connection = engine.dataSource(name).getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("UPDATE account SET amount = amount + ? WHERE id = ?")) {
            statement.setInt(1, by);
            statement.setInt(2, id);
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        engine.close();
    }
}
