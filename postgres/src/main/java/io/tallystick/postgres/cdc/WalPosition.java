package io.tallystick.postgres.cdc;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.Position;
import java.util.function.LongFunction;

/**
 * A place in the log of one server and its promoted copies.
 *
 * @param system what initdb gave to the cluster, the same on all physical copies
 * @param timeline counts promotions
 * @param lsn the next byte to be read. After a transaction it is one more than the place of its commit record, which its BEGIN tells
 *     already: the server sends again every transaction whose commit record stands at the place asked for or behind it
 *     (SnapBuildXactNeedsSkip in replication/logical/snapbuild.c)
 */
record WalPosition(String system, int timeline, long lsn) {

    static WalPosition of(Position position) {
        String[] parts = position.text().split("/", -1);
        try {
            if (parts.length == 4) {
                return new WalPosition(parts[0], Integer.parseInt(parts[1]), Lsn.parse(parts[2] + "/" + parts[3]));
            }
        } catch (NumberFormatException e) {
            throw foreign(position);
        }
        throw foreign(position);
    }

    Position position() {
        return new Position(prefix() + Lsn.text(lsn));
    }

    /** Spells positions of this server and time line by their place. */
    LongFunction<String> form() {
        String prefix = prefix();
        return place -> prefix + Lsn.text(place);
    }

    /** What all positions of this server and time line begin with. */
    String prefix() {
        return system + "/" + timeline + "/";
    }

    WalPosition at(long other) {
        return new WalPosition(system, timeline, other);
    }

    private static GapException foreign(Position position) {
        return GapException.otherHistory("expected a position of PostgreSQL (system/timeline/lsn), found '" + position
                + "': it was stored for another kind of source. Compare and resync the tables of this pipeline");
    }
}
