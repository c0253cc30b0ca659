package io.tallystick.examples.world;

import io.tallystick.examples.service.DatabaseAddress;
import io.tallystick.examples.service.FaultSettings;
import io.tallystick.examples.service.ServiceSettings;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Everything that one run needs: a PostgreSQL and a MariaDB server, and one more for each database that stands alone; a database
 * for each service and one that carries the command channels; and a process for each service. Closing it ends all of them; when this process is killed instead,
 * the services see their pipe close and the databases' guardians do the rest. Thread-safe.
 */
public final class World implements AutoCloseable {

    private static final String CHANNELS = "channels";

    private final long seed;
    private final WorldFolder folder;
    /** By engine, or by the database that stands alone. */
    private final Map<String, TestDatabase> servers = new LinkedHashMap<>();

    private final Map<String, TestDatabase> databases = new ConcurrentHashMap<>();
    private final Map<String, Jdbc> books = new ConcurrentHashMap<>();
    private final Map<String, Servant> servants = Collections.synchronizedMap(new LinkedHashMap<>());

    private World(long seed) {
        this.seed = seed;
        this.folder = WorldFolder.create();
    }

    /**
     * Starts databases and services, and returns when all of them answer.
     *
     * @param seed decides what chance decides inside the services
     * @param roles orchestrators after those they call
     */
    public static World open(long seed, List<Role> roles) {
        World world = new World(seed);
        try {
            world.start(roles);
            return world;
        } catch (RuntimeException | Error e) {
            world.close();
            throw e;
        }
    }

    /** @throws IllegalArgumentException if there is no such service, naming those there are */
    public Servant service(String name) {
        Servant servant = servants.get(name);
        if (servant == null) {
            throw new IllegalArgumentException("there is no service '" + name + "'; there are " + servants.keySet());
        }
        return servant;
    }

    public Collection<Servant> services() {
        synchronized (servants) {
            return List.copyOf(servants.values());
        }
    }

    /** A database as an auditor sees it; named after the service whose own it is. */
    public Jdbc books(String database) {
        return books.computeIfAbsent(database, name -> Jdbc.on(database(name).dataSource()));
    }

    /**
     * A database with its server; named after the service whose own it is.
     *
     * @throws IllegalArgumentException if there is no such database, naming those there are
     */
    public TestDatabase database(String name) {
        TestDatabase database = databases.get(name);
        if (database == null) {
            throw new IllegalArgumentException("there is no database '" + name + "'; there are " + databases.keySet());
        }
        return database;
    }

    /** The database servers; what happens to one happens to every database on it. */
    public Collection<TestDatabase> servers() {
        return List.copyOf(servers.values());
    }

    /** Where the services write their logs; gone once the world is closed. */
    public Path logs() {
        return folder.path();
    }

    /** Nothing goes wrong any more, and everything runs. */
    public void calm() {
        servers().stream().filter(server -> !server.isRunning()).forEach(TestDatabase::restart);
        for (Servant servant : services()) {
            servant.lines().heal();
            servant.restart();
            servant.faults(FaultSettings.NONE);
        }
    }

    @Override
    public void close() {
        // whoever interrupted the run wants it taken down, not left half-way
        boolean interrupted = Thread.interrupted();
        try {
            services().forEach(Servant::close);
            servers.values().forEach(TestDatabase::close);
        } finally {
            folder.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * Starts a pipeline, whose databases are there since this world was opened, and returns when it runs.
     *
     * @param environment what its file reads
     */
    public Servant launch(Role role, Map<String, String> environment) {
        Servant servant = start(role, environment);
        servants.put(role.name(), servant);
        servant.awaitReady();
        return servant;
    }

    private void start(List<Role> roles) {
        create(new Role.Home(CHANNELS, Engine.POSTGRESQL, false));
        Schema.of(books(CHANNELS)).install("message");
        roles.stream().flatMap(role -> role.homes().stream()).forEach(this::create);
        List<Servant> starting = new ArrayList<>();
        for (Role role : roles) {
            if (role.kind() == Role.Kind.PIPELINE) {
                continue;
            }
            if (role.kind() == Role.Kind.ORCHESTRATOR) {
                // it is told the addresses of those it calls
                List<Servant> called = starting.stream()
                        .filter(servant -> role.peers().contains(servant.name()))
                        .toList();
                called.forEach(Servant::awaitReady);
                starting.removeAll(called);
            }
            Servant servant = start(role, Map.of());
            servants.put(role.name(), servant);
            starting.add(servant);
        }
        starting.forEach(Servant::awaitReady);
    }

    private void create(Role.Home home) {
        String name = home.name().replace('-', '_');
        databases.computeIfAbsent(home.name(), which -> server(home).createDatabase(name));
    }

    private Servant start(Role role, Map<String, String> environment) {
        Lines lines = new Lines();
        boolean overLines = role.kind() == Role.Kind.COORDINATOR;
        List<DatabaseAddress> homes = role.homes().stream()
                .map(home -> overLines ? line(lines, home.name()) : address(database(home.name())))
                .toList();
        Map<String, URI> peers = new LinkedHashMap<>();
        role.peers()
                .forEach(peer -> peers.put(
                        peer, overLines ? peerLine(lines, peer) : service(peer).uri()));
        ServiceSettings settings = new ServiceSettings(
                role.name(),
                0,
                new ServiceSettings.Databases(
                        homes.get(0), homes.subList(1, homes.size()), address(database(CHANNELS))),
                peers,
                seed ^ role.name().hashCode());
        return Servant.start(role, settings, environment, lines, folder.log(role.name()));
    }

    private DatabaseAddress line(Lines lines, String name) {
        TestDatabase database = database(name);
        InetSocketAddress target = new InetSocketAddress(database.host(), database.port());
        int port = lines.addDatabase(name, () -> target);
        String url = database.url().replace(":" + database.port() + "/", ":" + port + "/");
        return new DatabaseAddress(url, database.user(), database.password());
    }

    /** The line is there before its end is, so that two may call each other. */
    private URI peerLine(Lines lines, String peer) {
        int port = lines.addPeer(peer, () -> {
            Servant there = servants.get(peer);
            if (there == null || there.uri().getPort() == 0) {
                throw new ConnectException(peer + " is not up yet");
            }
            return new InetSocketAddress(
                    InetAddress.getLoopbackAddress(), there.uri().getPort());
        });
        return URI.create("http://127.0.0.1:" + port);
    }

    private TestDatabase server(Role.Home home) {
        return servers.computeIfAbsent(
                home.alone() ? home.name() : home.engine().name(),
                which -> home.engine() == Engine.POSTGRESQL
                        ? TestDatabases.postgres()
                                .setting("max_connections", "300")
                                .setting("max_slot_wal_keep_size", "1GB")
                                .start()
                        : TestDatabases.of(home.engine())
                                .setting("max_connections", "300")
                                .start());
    }

    private static DatabaseAddress address(TestDatabase database) {
        return new DatabaseAddress(database.url(), database.user(), database.password());
    }
}
