package io.tallystick.bench.contender;

import io.tallystick.testkit.db.Engine;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Everything that can be measured. */
public final class Entrants {
    private static final List<Entrant> ALL = List.of(
            new Entrant("tallystick", "Tallystick", Engine.POSTGRESQL, Tallystick::open),
            new Entrant("tallystick-mariadb", "Tallystick", Engine.MARIADB, Tallystick::open),
            new Entrant(
                    "mariadb-no-binlog",
                    "Tallystick on MariaDB without its second log",
                    Engine.MARIADB,
                    Map.of("skip-log-bin", ""),
                    Tallystick::open),
            new Entrant("dbos", "DBOS Transact 1.1.0-m6", Engine.POSTGRESQL, DbosTransact::open),
            new Entrant("db-scheduler", "db-scheduler 16.12.0", Engine.POSTGRESQL, DbScheduler::open),
            new Entrant("seata", "Seata 2.6.0, local state machine", Engine.POSTGRESQL, SeataLocal::open),
            new Entrant("gruelbox", "transaction-outbox 4.2.268", Engine.POSTGRESQL, GruelboxOutbox::open),
            new Entrant("hand", "SQL by hand, a commit per change", Engine.POSTGRESQL, HandWritten::oneCommitPerChange),
            new Entrant("hand-group", "SQL by hand, one group writer", Engine.POSTGRESQL, HandWritten::groupCommit));

    private Entrants() {}

    /**
     * Those asked for, in the order of the table.
     *
     * @param peers names of contenders to compare with; empty means all, {@code none} means Tallystick alone
     */
    public static List<Entrant> chosen(Set<String> peers) {
        for (String peer : peers) {
            if (!peer.equals("none")
                    && ALL.stream().noneMatch(entrant -> entrant.name().equals(peer))) {
                throw new IllegalArgumentException("no contender is called '" + peer + "'; expected some of "
                        + ALL.stream().map(Entrant::name).toList());
            }
        }
        return ALL.stream()
                .filter(entrant -> entrant.isTallystick() || peers.isEmpty() || peers.contains(entrant.name()))
                .toList();
    }

    /** The entrant of that name. */
    public static Entrant named(String name) {
        return ALL.stream()
                .filter(entrant -> entrant.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no contender is called '" + name + "'"));
    }

    /** Whether an entrant can take part: the hand-written group writer has no local steps. */
    public static boolean takesPart(Entrant entrant, Workload workload) {
        return !(entrant.name().equals("hand-group") && workload.isLocal());
    }
}
