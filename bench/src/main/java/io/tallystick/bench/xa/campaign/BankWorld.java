package io.tallystick.bench.xa.campaign;

import io.tallystick.bench.xa.campaign.BankSetup.Draft;
import io.tallystick.bench.xa.contender.Till;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import io.tallystick.testkit.net.FaultProxy;
import java.io.IOException;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/** Servers, processes, and a proxy on every way between two of them. */
final class BankWorld implements AutoCloseable {
    private static final int COORDINATORS = 2;
    private static final String CONNECTIONS = "400";

    private final CampaignOptions options;
    private final Path directory;
    private final Map<Place, TestDatabase> databases = new EnumMap<>(Place.class);
    private final List<BankNode> coordinators = new ArrayList<>();
    private final List<BankNode> exchanges = new ArrayList<>();
    private final List<FaultProxy> links = new ArrayList<>();
    private final Deque<AutoCloseable> opened = new ArrayDeque<>();
    private final RandomGenerator ports = new SplittableRandom();

    private BankWorld(CampaignOptions options, Path directory) {
        this.options = options;
        this.directory = directory;
    }

    /** Opens the bank, with its clients at work. */
    static BankWorld open(CampaignOptions options, Path directory) throws Exception {
        BankWorld world = new BankWorld(options, directory);
        try {
            world.open();
            return world;
        } catch (Exception e) {
            world.close();
            throw e;
        }
    }

    private void open() throws IOException {
        for (Place place : places()) {
            TestDatabase server = server(place.engine());
            opened.push(server);
            TestDatabase accounts = server.createDatabase();
            fill(accounts);
            databases.put(place, accounts);
        }
        Files.createDirectories(directory.resolve("answers"));
        describe();
        List<BankNode> all = new ArrayList<>(exchanges);
        all.addAll(coordinators);
        all.forEach(opened::push);
        all.forEach(BankNode::start);
        all.forEach(BankNode::awaitReady);
    }

    private static TestDatabase server(Engine engine) {
        return engine == Engine.POSTGRESQL
                ? TestDatabases.postgres()
                        .setting("max_connections", CONNECTIONS)
                        .setting("max_prepared_transactions", "200")
                        .start()
                : TestDatabases.mariadb()
                        .setting("max-connections", CONNECTIONS)
                        .start();
    }

    private static void fill(TestDatabase database) {
        Schema.of(Jdbc.on(database.dataSource())).install("xa");
        String numbers =
                database.engine() == Engine.POSTGRESQL ? "n FROM generate_series(0, %d) n" : "seq FROM seq_0_to_%d";
        database.execute(
                "CREATE TABLE account (id int PRIMARY KEY, balance bigint NOT NULL)",
                "CREATE TABLE leg (transfer varchar(80) PRIMARY KEY, account int NOT NULL, amount bigint NOT NULL,"
                        + " parties varchar(3) NOT NULL)",
                "INSERT INTO account (balance, id) SELECT " + Order.OPENING_BALANCE + ", "
                        + String.format(numbers, Order.ACCOUNTS - 1));
    }

    private void describe() throws IOException {
        boolean withExchange = places().contains(Place.EXCHANGE);
        int exchangePort = freePort();
        int bankPort = 0;
        for (int i = 1; i <= COORDINATORS; i++) {
            String name = "bank-" + i;
            int port = freePort();
            Draft draft = BankSetup.draft(options, name).set("port", port);
            draft.till(Place.POSTGRES, linkTo(Place.POSTGRES)).till(Place.MARIADB, linkTo(Place.MARIADB));
            if (withExchange) {
                draft.set("peer", link("127.0.0.1", exchangePort).port());
            }
            bankPort = bankPort == 0 ? port : bankPort;
            coordinators.add(new BankNode(name, BankMain.class, BankMain.READY, draft.write(directory.resolve(name))));
        }
        if (withExchange) {
            Draft draft = BankSetup.draft(options, BankSetup.EXCHANGE)
                    .set("port", exchangePort)
                    .set("peer", link("127.0.0.1", bankPort).port())
                    .till(Place.EXCHANGE, linkTo(Place.EXCHANGE));
            Path file = draft.write(directory.resolve(BankSetup.EXCHANGE));
            exchanges.add(new BankNode(BankSetup.EXCHANGE, ExchangeMain.class, ExchangeMain.READY, file));
        }
    }

    /** Below those that Linux gives to outgoing connections, so that nobody sits on it when a killed process comes back. */
    private int freePort() throws IOException {
        for (int attempt = 0; attempt < 100; attempt++) {
            try (ServerSocket socket = new ServerSocket(ports.nextInt(10_240, 32_000))) {
                return socket.getLocalPort();
            } catch (BindException e) {
                // taken; try another
            }
        }
        throw new IOException("no free port found");
    }

    private FaultProxy link(String host, int port) {
        FaultProxy link = FaultProxy.to(host, port);
        opened.push(link);
        links.add(link);
        return link;
    }

    private Till linkTo(Place place) {
        TestDatabase database = database(place);
        FaultProxy link = link(database.host(), database.port());
        String url = database.url().replace(":" + database.port() + "/", ":" + link.port() + "/");
        return new Till(place.engine(), url, database.user(), database.password());
    }

    List<Place> places() {
        return BankEntrant.named(options.entrant()).places();
    }

    TestDatabase database(Place place) {
        return Objects.requireNonNull(databases.get(place));
    }

    List<BankNode> coordinators() {
        return coordinators;
    }

    /** The second service; none with the peers. */
    List<BankNode> exchanges() {
        return exchanges;
    }

    List<FaultProxy> links() {
        return links;
    }

    Path answers() {
        return directory.resolve("answers");
    }

    @Override
    public void close() throws Exception {
        while (!opened.isEmpty()) {
            opened.pop().close();
        }
    }
}
