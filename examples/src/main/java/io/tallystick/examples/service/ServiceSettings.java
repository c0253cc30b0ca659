package io.tallystick.examples.service;

import java.net.URI;
import java.util.List;
import java.util.Map;

/**
 * What a service's process is told when it starts, as one line of JSON on its standard input: so no password stands in
 * an argument list.
 *
 * @param name such as {@code other-bank}
 * @param port where it listens on 127.0.0.1, 0 for any free one
 * @param databases its own, and the one that carries the command channels
 * @param peers services it calls, by name
 * @param seed decides what chance decides in it
 */
public record ServiceSettings(String name, int port, Databases databases, Map<String, URI> peers, long seed) {

    /**
     * Where a service's data are.
     *
     * @param own nobody else reads or writes it
     * @param further nobody else's either; only few services have more than one
     * @param channels carries commands and replies, in the place of a broker
     */
    public record Databases(DatabaseAddress own, List<DatabaseAddress> further, DatabaseAddress channels) {

        public Databases {
            further = List.copyOf(further);
        }
    }

    /** The same, at another port. */
    public ServiceSettings at(int otherPort) {
        return new ServiceSettings(name, otherPort, databases, peers, seed);
    }
}
