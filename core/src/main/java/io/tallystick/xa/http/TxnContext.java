package io.tallystick.xa.http;

import io.tallystick.jdbc.RejectedException;
import io.tallystick.xa.Gtrid;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a request says of its transaction: {@code v1;<gtrid>;<deadline in ms>;<left in ms>;<coordinator>;<service>,<service>…;<signature>}.
 * The time that is left spares a host whose clock is behind or ahead; the deadline stops a request that lay in a queue.
 *
 * @param deadline by the coordinator's clock
 * @param left time to the deadline when the request was made
 * @param coordinator name of the service that decides
 * @param holders services that hold branches of it already
 */
record TxnContext(Gtrid gtrid, Instant deadline, Duration left, String coordinator, Set<String> holders) {

    /** Header of a request. */
    static final String HEADER = "Tally-Txn";

    /** Clocks of two hosts may differ by as much. */
    private static final Duration SKEW = Duration.ofSeconds(2);

    TxnContext {
        holders = Set.copyOf(holders);
    }

    String header(KeyRing keys) {
        String said = said();
        return said + ";" + keys.sign(said);
    }

    private String said() {
        return String.join(
                ";",
                "v1",
                gtrid.toString(),
                Long.toString(deadline.toEpochMilli()),
                Long.toString(left.toMillis()),
                coordinator,
                String.join(",", new TreeSet<>(holders)));
    }

    /**
     * When its part here times out, by the clock of here.
     *
     * @throws NotAdmittedException when that has passed
     */
    Instant deadlineHere(Instant now) {
        Instant latest = deadline.plus(SKEW);
        if (left.isNegative() || left.isZero() || now.isAfter(latest)) {
            throw new NotAdmittedException(
                    NotAdmittedException.TOO_LATE,
                    "the request came after the deadline of its transaction " + gtrid + " (" + deadline
                            + "): its coordinator has rolled it back. If this happens often, compare the clocks of the hosts");
        }
        Instant byWhatIsLeft = now.plus(left);
        return byWhatIsLeft.isBefore(latest) ? byWhatIsLeft : latest;
    }

    /**
     * @throws NotAdmittedException when it cannot be read, its signature is wrong, or its coordinator is a stranger
     */
    static TxnContext read(String header, KeyRing keys, Peers peers) {
        String[] parts = header.split(";", -1);
        if (parts.length != 7 || !parts[0].equals("v1")) {
            throw new NotAdmittedException(
                    NotAdmittedException.UNREADABLE,
                    "header " + HEADER
                            + " cannot be read: expected once v1;gtrid;deadline;left;coordinator;holders;signature; both services need the same version");
        }
        try {
            keys.verify(header.substring(0, header.lastIndexOf(';')), parts[6], "service '" + parts[4] + "'");
        } catch (RejectedException e) {
            throw new NotAdmittedException(NotAdmittedException.STRANGER, String.valueOf(e.getMessage()), e);
        }
        TxnContext context;
        try {
            context = new TxnContext(
                    Gtrid.parse(parts[1]),
                    Instant.ofEpochMilli(Long.parseLong(parts[2])),
                    Duration.ofMillis(Long.parseLong(parts[3])),
                    parts[4],
                    parts[5].isEmpty() ? Set.of() : Set.of(parts[5].split(",")));
        } catch (IllegalArgumentException e) {
            throw new NotAdmittedException(
                    NotAdmittedException.UNREADABLE, "header " + HEADER + " cannot be read: " + e.getMessage(), e);
        }
        context.checkCoordinator(peers);
        return context;
    }

    private void checkCoordinator(Peers peers) {
        if (coordinator.equals(peers.self())) {
            throw new NotAdmittedException(
                    NotAdmittedException.TOO_LATE,
                    "service '" + coordinator + "' coordinates " + gtrid
                            + " itself and is called back within it: it would wait for its own locks. Answer what it needs instead");
        }
        if (!peers.knows(coordinator) || Gtrid.hash(coordinator) != gtrid.cluster()) {
            throw new NotAdmittedException(
                    NotAdmittedException.STRANGER,
                    "service '" + coordinator + "' is not known here as the coordinator of " + gtrid + "; known are "
                            + peers.others().keySet() + ": add it to the peers, if it may begin transactions");
        }
    }
}
