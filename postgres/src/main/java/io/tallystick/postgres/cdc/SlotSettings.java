package io.tallystick.postgres.cdc;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * How the log is kept and read; bad values are refused here, with the fix.
 *
 * @param slot the replication slot, 1 to 63 of a-z, 0-9 and _; it belongs to one pipeline
 * @param publication the publication, by which the server knows the tables; it belongs to one pipeline
 * @param heartbeat how often a small message is written into the log, so that the slot moves on while these tables rest and others do
 *     not; 10 s
 * @param patience how long to wait for a slot: for old transactions to end when it is made, for a reader that is just going away when
 *     it is opened; 10 s
 * @param spool a directory for transactions that are too large for the server's memory, until they commit; the system's for
 *     temporary files. It needs as much room as the largest of them, and survives nothing
 */
public record SlotSettings(String slot, String publication, Duration heartbeat, Duration patience, Path spool) {

    public SlotSettings {
        refuse(!slot.matches("[a-z0-9_]{1,63}"), "slot", slot, "give 1 to 63 characters of a-z, 0-9 and _");
        refuse(
                !publication.matches("[A-Za-z0-9_]{1,63}"),
                "publication",
                publication,
                "give 1 to 63 characters of A-Z, a-z, 0-9 and _");
        refuse(outside(heartbeat), "heartbeat", heartbeat, "give 100 ms to 1 hour");
        refuse(!Files.isDirectory(spool), "spool", spool, "give a directory that exists");
        refuse(outside(patience), "patience", patience, "give 100 ms to 1 hour");
    }

    /** Slot and publication of this name, and the defaults. */
    public static SlotSettings named(String name) {
        return new SlotSettings(
                name,
                name,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Path.of(System.getProperty("java.io.tmpdir")));
    }

    public SlotSettings withHeartbeat(Duration other) {
        return new SlotSettings(slot, publication, other, patience, spool);
    }

    public SlotSettings withPatience(Duration other) {
        return new SlotSettings(slot, publication, heartbeat, other, spool);
    }

    public SlotSettings withSpool(Path directory) {
        return new SlotSettings(slot, publication, heartbeat, patience, directory);
    }

    private static boolean outside(Duration value) {
        return value.toMillis() < 100 || value.compareTo(Duration.ofHours(1)) > 0;
    }

    private static void refuse(boolean bad, String part, Object found, String fix) {
        if (bad) {
            throw new IllegalArgumentException("slot settings: " + part + " was '" + found + "'; " + fix);
        }
    }
}
