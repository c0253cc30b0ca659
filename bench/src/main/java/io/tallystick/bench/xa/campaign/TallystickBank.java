package io.tallystick.bench.xa.campaign;

import com.sun.net.httpserver.HttpServer;
import io.tallystick.bench.xa.campaign.Order.Leg;
import io.tallystick.bench.xa.contender.Till;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.mysql.MySqlDataSources;
import io.tallystick.postgres.PostgresDataSources;
import io.tallystick.xa.Gtrid;
import io.tallystick.xa.HeuristicException;
import io.tallystick.xa.JdbcBranchDriver;
import io.tallystick.xa.OutcomeUnknownException;
import io.tallystick.xa.Verdict;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaEngineBuilder;
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
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import javax.sql.DataSource;

/**
 * The bank with Tallystick's defaults, but for the transaction's time-out. Decisions lie in both databases; which one is the standard
 * differs between the replicas, so that every order of branches and decision occurs.
 */
final class TallystickBank implements BankContender {
    static final String ENDPOINTS = "/tally/xa";

    private final XaEngine engine;
    private final XaHttpClient http;
    private final URI exchange;

    private TallystickBank(XaEngine engine, XaHttpClient http, URI exchange) {
        this.engine = engine;
        this.http = http;
        this.exchange = exchange;
    }

    static TallystickBank open(BankSetup setup) throws IOException {
        XaHttp http = XaHttp.of(
                new Peers(
                        BankSetup.BANK, Map.of(BankSetup.EXCHANGE, setup.peer().resolve(ENDPOINTS))),
                keys());
        XaEngineBuilder builder =
                XaEngine.named(BankSetup.BANK).node(setup.node()).settings(settings(setup));
        boolean second = setup.node().endsWith("2");
        for (Place place : second ? List.of(Place.MARIADB, Place.POSTGRES) : List.of(Place.POSTGRES, Place.MARIADB)) {
            builder.resource(driver(place, setup)).decisions(decisions(place, setup));
        }
        XaEngine engine = http.joining(builder).open();
        HttpServer server = server(setup);
        server.createContext(ENDPOINTS, new XaHttpServer(http.endpoints(engine), http.incoming(engine)).endpoints());
        server.start();
        return new TallystickBank(engine, http.client(engine), setup.peer());
    }

    static XaSettings settings(BankSetup setup) {
        XaSettings settings = XaSettings.standard().withTimeout(setup.timeout());
        return setup.brief()
                ? settings.withLease(Duration.ofSeconds(1)).withScanEvery(Duration.ofMillis(200))
                : settings;
    }

    static KeyRing keys() {
        return KeyRing.of("k1", "a key for this campaign only".getBytes(StandardCharsets.UTF_8));
    }

    static HttpServer server(BankSetup setup) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress("127.0.0.1", setup.port()), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        return server;
    }

    static JdbcBranchDriver driver(Place place, BankSetup setup) {
        PoolSettings pool = PoolSettings.of(name(place), setup.clients() + 2);
        DataSource source = pool(setup.till(place));
        return place == Place.POSTGRES
                ? PostgresBranchDriver.on(source, pool)
                : InnoDbBranchDriver.mariadb(source, pool);
    }

    static JdbcDecisionStore decisions(Place place, BankSetup setup) {
        return JdbcDecisionStore.on(name(place), Jdbc.on(pool(setup.till(place))));
    }

    static String name(Place place) {
        return place.name().toLowerCase(java.util.Locale.ROOT);
    }

    private static DataSource pool(Till till) {
        ConnectionSettings settings =
                ConnectionSettings.of(till.url(), till.user(), till.password()).withPoolSize(4);
        return PostgresDataSources.accepts(till.url())
                ? PostgresDataSources.open(settings)
                : MySqlDataSources.open(settings);
    }

    @Override
    public Answer carryOut(Order order) {
        try {
            engine.call(() -> {
                for (Leg leg : order.legs()) {
                    book(order, leg);
                }
                return true;
            });
            return Answer.COMMITTED;
        } catch (OutcomeUnknownException e) {
            return Answer.unknown(e.gtrid().map(Gtrid::toString).orElse("-"), e);
        } catch (HeuristicException e) {
            return Answer.mixed(e);
        } catch (Exception e) {
            // whatever it is, it promises that nothing was changed
            return Answer.rolledBack(e);
        }
    }

    private void book(Order order, Leg leg) throws Exception {
        if (leg.place() == Place.EXCHANGE) {
            send(order, leg);
            return;
        }
        try (Connection connection = engine.dataSource(name(leg.place())).getConnection()) {
            Order.book(connection, order.id(), leg, order.parties());
        }
    }

    private void send(Order order, Leg leg) throws Exception {
        URI there = exchange.resolve(ExchangeMain.path(order, leg));
        HttpRequest request = HttpRequest.newBuilder(there)
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        HttpResponse<String> response = http.send(BankSetup.EXCHANGE, request, BodyHandlers.ofString());
        if (response.statusCode() != 200) {
            throw new IOException("the exchange says " + response.statusCode() + " " + response.body());
        }
    }

    @Override
    public Optional<Verdict> outcome(String name) {
        return engine.outcome(Gtrid.parse(name));
    }
}
