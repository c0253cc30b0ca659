package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.Gtrid;
import java.time.Instant;

/**
 * What a request says of its transaction: {@code v1;<gtrid>;<deadline in ms>;<coordinator>;<signature>}.
 *
 * @param deadline by the coordinator's clock
 * @param coordinator name of the service that decides
 */
record TxnContext(Gtrid gtrid, Instant deadline, String coordinator) {

    /** Header of a request. */
    static final String HEADER = "Tally-Txn";

    String header(KeyRing keys) {
        String said = said();
        return said + ";" + keys.sign(said);
    }

    private String said() {
        return "v1;" + gtrid + ";" + deadline.toEpochMilli() + ";" + coordinator;
    }

    /**
     * @throws RejectedException when it cannot be read, its signature is wrong, or its coordinator is a stranger
     */
    static TxnContext read(String header, KeyRing keys, Peers peers) {
        String[] parts = header.split(";", -1);
        if (parts.length != 5 || !parts[0].equals("v1")) {
            throw new RejectedException(
                    "header " + HEADER
                            + " cannot be read: expected v1;gtrid;deadline;coordinator;signature; both services need the same version");
        }
        TxnContext context;
        try {
            context = new TxnContext(Gtrid.parse(parts[1]), Instant.ofEpochMilli(Long.parseLong(parts[2])), parts[3]);
        } catch (IllegalArgumentException e) {
            throw new RejectedException("header " + HEADER + " cannot be read: " + e.getMessage(), e);
        }
        if (!peers.knows(context.coordinator) || Gtrid.hash(context.coordinator) != context.gtrid.cluster()) {
            throw new RejectedException("service '" + context.coordinator
                    + "' is not known here as the coordinator of " + context.gtrid + "; known are "
                    + peers.others().keySet());
        }
        keys.verify(context.said(), parts[4], "service '" + context.coordinator + "'");
        return context;
    }
}
