package io.tallystick.examples.world;

import io.tallystick.testkit.db.Engine;
import java.util.List;

/**
 * A service that a world starts.
 *
 * @param name such as {@code other-bank}; its database is named after it
 * @param main the class whose {@code main} is the service
 * @param engine where its data live
 * @param peers services it calls over HTTP; they are started before it
 */
public record Role(String name, Class<?> main, Engine engine, List<String> peers) {

    public static Role service(String name, Class<?> main, Engine engine) {
        return new Role(name, main, engine, List.of());
    }

    public static Role orchestrator(String name, Class<?> main, Engine engine, List<String> peers) {
        return new Role(name, main, engine, peers);
    }

    String databaseName() {
        return name.replace('-', '_');
    }
}
