package io.tallystick.examples.world;

import io.tallystick.testkit.db.Engine;
import java.util.List;
import java.util.stream.Stream;

/**
 * A service that a world starts.
 *
 * @param name such as {@code other-bank}; its database is named after it
 * @param main the class whose {@code main} is the service
 * @param engine where its data live
 * @param peers services it calls over HTTP; they are started before it
 * @param owner the service whose database it works on; its own name unless it is a twin
 */
public record Role(String name, Class<?> main, Engine engine, List<String> peers, String owner) {

    public static Role service(String name, Class<?> main, Engine engine) {
        return new Role(name, main, engine, List.of(), name);
    }

    public static Role orchestrator(String name, Class<?> main, Engine engine, List<String> peers) {
        return new Role(name, main, engine, peers, name);
    }

    /** A second process of the same service, on the same database; started after the first. */
    public Role twin() {
        List<String> before = Stream.concat(peers.stream(), Stream.of(name)).toList();
        return new Role(name + "-2", main, engine, before, owner);
    }

    String databaseName() {
        return owner.replace('-', '_');
    }
}
