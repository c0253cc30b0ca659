package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.Gtrid;
import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * The services that may take part in one another's transactions, and where each one's {@link XaEndpoints} are. No address ever comes from
 * a header: a stranger can name nothing that would be called.
 *
 * @param self this service's name, the same as its engine's
 * @param others base URI of each other service's endpoints, for instance {@code http://points:8080/tally/xa}
 */
public record Peers(String self, Map<String, URI> others) {

    public Peers {
        others = Map.copyOf(others);
        named(self);
        others.keySet().forEach(Peers::named);
        if (others.containsKey(self)) {
            throw new IllegalArgumentException(
                    "service '" + self
                            + "' is among its own peers: expected the others only; it cannot take part in its own transactions");
        }
        for (Map.Entry<String, URI> other : others.entrySet()) {
            if (other.getValue().getHost() == null) {
                throw new IllegalArgumentException("service '" + other.getKey() + "' is at '" + other.getValue()
                        + "': expected a URI with a host, such as http://points:8080/tally/xa");
            }
            if (Gtrid.hash(other.getKey()) == Gtrid.hash(self)) {
                throw new IllegalArgumentException("services '" + self + "' and '" + other.getKey()
                        + "' have the same hash, by which a gtrid names its coordinator: rename one");
            }
        }
    }

    private static void named(String service) {
        if (!service.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException("service '" + service
                    + "': expected at most 64 letters, digits, '.', '-' or '_', because names stand in headers");
        }
    }

    /**
     * @throws RejectedException when it is not among the known ones
     */
    URI at(String service) {
        URI there = others.get(service);
        if (there == null) {
            throw new RejectedException("service '" + service + "' is not among the known peers " + others.keySet()
                    + ": add it with its address if it may take part in transactions");
        }
        return there;
    }

    boolean knows(String service) {
        return others.containsKey(service);
    }

    /** Whether this resource is one of a known service's, {@code service/resource}. */
    boolean holds(String resource) {
        int slash = resource.indexOf('/');
        return slash > 0 && knows(resource.substring(0, slash));
    }

    /** The service that coordinates this transaction, if it is known here. */
    Optional<String> coordinator(Gtrid gtrid) {
        return others.keySet().stream()
                .filter(name -> Gtrid.hash(name) == gtrid.cluster())
                .findFirst();
    }
}
