package io.tallystick.bench.xa.campaign;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.tallystick.bench.xa.campaign.Order.Leg;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.http.Peers;
import io.tallystick.xa.http.XaHttp;
import io.tallystick.xa.http.XaHttpServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import javax.sql.DataSource;

/** The second service: accounts in a database of its own, changed over HTTP in the transactions of the bank. Arguments: its description. */
final class ExchangeMain {
    static final String READY = "the exchange is open";
    private static final String PATH = "/book";

    private ExchangeMain() {}

    public static void main(String[] args) {
        try {
            open(BankSetup.read(Path.of(args[0])));
            System.out.println(READY);
            new CountDownLatch(1).await();
        } catch (Throwable e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
        }
    }

    static String path(Order order, Leg leg) {
        return PATH + "?" + String.join("/", order.id(), "" + leg.account(), "" + leg.amount(), order.parties());
    }

    private static void open(BankSetup setup) throws IOException {
        XaHttp http = XaHttp.of(
                new Peers(
                        BankSetup.EXCHANGE, Map.of(BankSetup.BANK, setup.peer().resolve(TallystickBank.ENDPOINTS))),
                TallystickBank.keys());
        XaEngine engine = http.joining(XaEngine.named(BankSetup.EXCHANGE)
                        .node(setup.node())
                        .settings(TallystickBank.settings(setup))
                        .resource(TallystickBank.driver(Place.EXCHANGE, setup))
                        .decisions(TallystickBank.decisions(Place.EXCHANGE, setup)))
                .open();
        DataSource accounts = engine.dataSource(TallystickBank.name(Place.EXCHANGE));
        XaHttpServer xa = new XaHttpServer(http.endpoints(engine), http.incoming(engine));
        HttpServer server = TallystickBank.server(setup);
        server.createContext(TallystickBank.ENDPOINTS, xa.endpoints());
        server.createContext(PATH, xa.takingPart(exchange -> book(accounts, exchange)));
        server.start();
    }

    private static void book(DataSource accounts, HttpExchange exchange) throws IOException {
        List<String> words = List.of(exchange.getRequestURI().getQuery().split("/", -1));
        Leg leg = new Leg(Place.EXCHANGE, Integer.parseInt(words.get(1)), Long.parseLong(words.get(2)));
        try (Connection connection = accounts.getConnection()) {
            Order.book(connection, words.get(0), leg, words.get(3));
        } catch (SQLException e) {
            throw new IOException("not booked: " + e.getMessage(), e);
        }
        byte[] text = "booked".getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(200, text.length);
        exchange.getResponseBody().write(text);
        exchange.close();
    }
}
