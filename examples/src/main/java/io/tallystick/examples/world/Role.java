package io.tallystick.examples.world;

import io.tallystick.testkit.db.Engine;
import java.util.List;
import java.util.stream.Stream;

/**
 * A service that a world starts.
 *
 * @param name such as {@code other-bank}
 * @param kind what it is to the others
 * @param main the class whose {@code main} is the service
 * @param homes its databases, its own first; its own is named after the service, that of a twin after the first of both
 * @param peers services it calls over HTTP
 */
public record Role(String name, Kind kind, Class<?> main, List<Home> homes, List<String> peers) {

    /** What a service is to the others. */
    public enum Kind {
        /** Is called. */
        SERVICE,
        /** Runs sagas; started after those it calls. */
        ORCHESTRATOR,
        /**
         * Takes part in transactions of several databases, and decides about its own. Coordinators may call each other, and a {@link
         * io.tallystick.testkit.net.FaultProxy} stands on each line from it to a database or a peer.
         */
        COORDINATOR,
        /** Carries changes from its first database to the others. Its play starts it, once its file is written; nobody calls it. */
        PIPELINE
    }

    /**
     * A database.
     *
     * @param alone whether it has a server of its own, so that what happens to the server happens to no other
     */
    public record Home(String name, Engine engine, boolean alone) {}

    public Role {
        homes = List.copyOf(homes);
        peers = List.copyOf(peers);
    }

    public static Role service(String name, Class<?> main, Engine engine) {
        return new Role(name, Kind.SERVICE, main, List.of(new Home(name, engine, false)), List.of());
    }

    public static Role pipeline(String name, Class<?> main, List<Home> homes) {
        return new Role(name, Kind.PIPELINE, main, homes, List.of());
    }

    public static Role orchestrator(String name, Class<?> main, Engine engine, List<String> peers) {
        return new Role(name, Kind.ORCHESTRATOR, main, List.of(new Home(name, engine, false)), peers);
    }

    public static Role coordinator(String name, Class<?> main, Engine engine, List<String> peers) {
        return new Role(name, Kind.COORDINATOR, main, List.of(new Home(name, engine, false)), peers);
    }

    /** The server of its own database serves no other. */
    public Role onItsOwnServer() {
        Home own = new Home(homes.get(0).name(), homes.get(0).engine(), true);
        List<Home> moved = Stream.concat(Stream.of(own), homes.stream().skip(1)).toList();
        return new Role(name, kind, main, moved, peers);
    }

    /** It works on a further database, too. */
    public Role and(String database, Engine engine) {
        List<Home> more = Stream.concat(homes.stream(), Stream.of(new Home(database, engine, false)))
                .toList();
        return new Role(name, kind, main, more, peers);
    }

    /** A second process of the same service, on the same databases; started after the first. */
    public Role twin() {
        List<String> before = Stream.concat(peers.stream(), Stream.of(name)).toList();
        return new Role(name + "-2", kind, main, homes, before);
    }
}
