package io.tallystick.bench.cdc.contender;

import java.util.Set;
import java.util.function.Function;

/**
 * One line of a table.
 *
 * @param name as chosen on the command line
 * @param pairs where it can take part
 * @param copies whether it has a target; else it reads and counts
 */
public record CdcEntrant(String name, Set<CdcPair> pairs, boolean copies, Function<Line, Replication> opener) {

    public Replication open(Line line) {
        return opener.apply(line);
    }
}
