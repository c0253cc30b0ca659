package io.tallystick.bench.cdc.contender;

import io.tallystick.bench.cdc.contender.NativePostgres.Form;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Everything that can be measured. */
public final class Replications {
    private static final Set<CdcPair> EVERYWHERE = EnumSet.allOf(CdcPair.class);
    private static final Set<CdcPair> INTO_POSTGRES = EnumSet.of(CdcPair.PG_PG, CdcPair.MARIADB_PG);
    private static final Set<CdcPair> POSTGRES = EnumSet.of(CdcPair.PG_PG);
    private static final Set<CdcPair> MARIADB = EnumSet.of(CdcPair.MARIADB_MARIADB);

    /** To a target in another region, or behind a line to another town. */
    private static final Duration ONE_WAY = Duration.ofMillis(5);

    private static final List<CdcEntrant> ALL = List.of(
            new CdcEntrant("tallystick", EVERYWHERE, true, TallystickReplication::near),
            new CdcEntrant("tallystick-far", EVERYWHERE, true, line -> TallystickReplication.far(line, ONE_WAY)),
            new CdcEntrant("native", POSTGRES, true, line -> new NativePostgres(line, new Form(true, false))),
            new CdcEntrant("native-text", POSTGRES, true, line -> new NativePostgres(line, new Form(false, false))),
            new CdcEntrant("native-durable", POSTGRES, true, line -> new NativePostgres(line, new Form(true, true))),
            new CdcEntrant("native", MARIADB, true, NativeMariaDb::new),
            new CdcEntrant("debezium", INTO_POSTGRES, true, line -> new DebeziumReplication(line, true)),
            new CdcEntrant("debezium-read", INTO_POSTGRES, false, line -> new DebeziumReplication(line, false)),
            new CdcEntrant("stream", POSTGRES, false, PostgresStream::new),
            new CdcEntrant("tallystick-read", INTO_POSTGRES, false, TallystickReader::new));

    private static final Set<String> USUAL_DRAINS =
            Set.of("tallystick", "native", "native-text", "debezium", "debezium-read", "stream");

    private Replications() {}

    /** Those that take part in the draining of a backlog: of these names, or the usual ones when there are none. */
    public static List<CdcEntrant> draining(CdcPair pair, Set<String> names) {
        return of(pair, names.isEmpty() ? USUAL_DRAINS : checked(names));
    }

    /** Those with a target, of these names. */
    public static List<CdcEntrant> copying(CdcPair pair, Set<String> names) {
        return of(pair, checked(names)).stream().filter(CdcEntrant::copies).toList();
    }

    private static List<CdcEntrant> of(CdcPair pair, Set<String> names) {
        return ALL.stream()
                .filter(entrant -> entrant.pairs().contains(pair) && names.contains(entrant.name()))
                .toList();
    }

    private static Set<String> checked(Set<String> names) {
        List<String> known = ALL.stream().map(CdcEntrant::name).distinct().toList();
        for (String name : names) {
            if (!known.contains(name)) {
                throw new IllegalArgumentException("no contender is called '" + name + "'; expected some of " + known);
            }
        }
        return names;
    }
}
