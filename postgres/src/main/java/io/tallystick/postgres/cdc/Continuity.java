package io.tallystick.postgres.cdc;

import io.tallystick.cdc.GapException;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Tx;
import java.util.Optional;
import java.util.Set;

/** Proves that nothing is missing between a position and what the server still has, before anything is read. Stateless. */
final class Continuity {

    private static final String RESYNC =
            ". Compare and resync the tables of this pipeline, then go on from a new position";

    private final SlotSettings settings;

    Continuity(SlotSettings settings) {
        this.settings = settings;
    }

    /**
     * Whether the server's log up to its present end contains this position.
     *
     * @param server its identity now; the lsn is the end of its log
     */
    void checkHistory(WalPosition stored, WalPosition server, TimelineHistory history) {
        if (!stored.system().equals(server.system())) {
            throw GapException.otherHistory("position " + stored.position() + " belongs to system " + stored.system()
                    + ", but this server is system " + server.system() + ": another cluster, or one restored by dump"
                    + RESYNC);
        }
        boolean earlier = stored.timeline() < server.timeline();
        if (stored.timeline() > server.timeline() || (!earlier && Lsn.isAfter(stored.lsn(), server.lsn()))) {
            throw GapException.otherHistory(
                    "position " + stored.position() + " lies ahead of this server, whose log ends at "
                            + server.position() + ": it is an old primary, or it was restored from a backup" + RESYNC);
        }
        if (earlier && !history.contains(stored.timeline(), stored.lsn())) {
            throw GapException.otherHistory("position " + stored.position()
                    + " is not part of this server's history: it was promoted to time line "
                    + server.timeline() + end(stored, history)
                    + ", so transactions that were read before the promotion do not exist here" + RESYNC);
        }
    }

    /** @param found what was seen of the slot when nobody read it any more */
    void checkSlot(Tx tx, Optional<Slot> found, WalPosition stored) {
        Slot slot = found.orElseThrow(
                () -> new GapException("slot " + settings.slot() + " does not exist, so the log after "
                        + Lsn.text(stored.lsn())
                        + " was not kept: it was dropped, or a replica without it was promoted" + RESYNC));
        checkKind(tx, slot);
        if (slot.lost() != null) {
            throw new GapException("slot " + settings.slot() + " was invalidated (" + slot.lost()
                    + "), so the log after " + Lsn.text(stored.lsn()) + " is gone" + RESYNC);
        }
        if (Lsn.isAfter(slot.confirmed(), stored.lsn())) {
            throw new GapException("slot " + settings.slot() + " can be read from " + Lsn.text(slot.confirmed())
                    + ", but this pipeline has read only up to " + Lsn.text(stored.lsn()) + ": "
                    + (slot.confirmed() - stored.lsn())
                    + " bytes of log are missing; another reader took them, the slot was made anew, or the spool in which they lay is lost"
                    + RESYNC);
        }
    }

    /** What is not published is not sent; newer servers skip a missing publication without an error. */
    void checkPublication(Tx tx, Set<TableName> tables) {
        PublicationKeeper publication = new PublicationKeeper(settings.publication());
        Set<TableName> missing = publication.missing(tx, tables);
        if (!missing.isEmpty() && !publication.exists(tx)) {
            throw new GapException("publication " + settings.publication()
                    + " does not exist: since it was dropped no change was sent" + RESYNC);
        }
        if (!missing.isEmpty()) {
            throw new GapException("publication " + settings.publication() + " does not send " + missing
                    + ": changes of these tables are missing since they were taken out. ALTER PUBLICATION "
                    + Sql.name(settings.publication()) + " ADD TABLE ..., then compare and resync these tables");
        }
    }

    /** @throws RejectedException when the slot was made for somebody else */
    void checkKind(Tx tx, Slot slot) {
        String database = tx.query("SELECT current_database()::text AS name", row -> row.string("name"))
                .get(0);
        if (!slot.plugin().equals("pgoutput") || !slot.database().equals(database)) {
            throw new RejectedException(
                    "slot " + settings.slot() + " is for plugin " + slot.plugin() + " in database " + slot.database()
                            + ", expected pgoutput in " + database + ": give this pipeline a slot of its own");
        }
    }

    private static String end(WalPosition stored, TimelineHistory history) {
        Long end = history.ends().get(stored.timeline());
        return end == null ? "" : ", which left time line " + stored.timeline() + " at " + Lsn.text(end);
    }
}
