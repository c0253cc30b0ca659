package io.tallystick.postgres.cdc;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Row;
import io.tallystick.jdbc.Tx;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Looks whether a standby that takes the primary's place could carry the pipeline on: since 17 a slot is copied to standbys, and the
 * primary holds changes back until those that it names have them. Changes nothing.
 */
final class StandbyExamination {

    private static final String SUBJECT = "synchronized_standby_slots";

    /** Empty before 17, which has no such setting. A slot whose log was lost is as if it were not there: the server waits for it too. */
    private static final String STANDBYS = """
            SELECT setting AS named,
                   coalesce((SELECT string_agg(slot_name, ',') FROM pg_replication_slots
                              WHERE slot_type = 'physical' AND active AND NOT temporary), '') AS connected,
                   coalesce((SELECT string_agg(slot_name, ',') FROM pg_replication_slots
                              WHERE slot_type = 'physical' AND NOT active AND coalesce(wal_status, '') <> 'lost'), '') AS away,
                   (SELECT count(*) FROM pg_stat_replication r
                     WHERE state IN ('catchup', 'streaming') AND application_name NOT IN ('pg_receivewal', 'pg_basebackup')
                       AND NOT EXISTS (SELECT 1 FROM pg_replication_slots s WHERE s.active_pid = r.pid)) AS slotless
              FROM pg_settings WHERE name = 'synchronized_standby_slots'""";

    /** By the row's JSON, because older servers lack the column. */
    private static final String OURS = """
            SELECT coalesce(to_jsonb(s) ->> 'failover', 'false') AS failover FROM pg_replication_slots s WHERE slot_name = ?""";

    private final Tx tx;
    private final String slot;
    private final List<Finding> findings = new ArrayList<>();

    StandbyExamination(Tx tx, String slot) {
        this.tx = tx;
        this.slot = slot;
    }

    List<Finding> findings() {
        tx.queryOne(STANDBYS, Standbys::of).ifPresent(this::examine);
        return findings;
    }

    private void examine(Standbys standbys) {
        standbys.named().forEach(name -> named(name, standbys));
        List<String> unnamed = new ArrayList<>(standbys.connected());
        unnamed.removeAll(standbys.named());
        if (standbys.named().isEmpty() && !unnamed.isEmpty()) {
            notWaitedFor(unnamed);
        }
        if (standbys.slotless() > 0) {
            findings.add(Finding.warning(
                    "slot of a standby",
                    "missing for " + standbys.slotless() + " that is connected",
                    "the pipeline's slot is not copied to it: if it is promoted, the tables have to be resynced",
                    "on the standby: primary_slot_name, hot_standby_feedback = on, sync_replication_slots = on, and dbname in"
                            + " primary_conninfo"));
        }
        if (!standbys.connected().isEmpty()) {
            ours();
        }
    }

    private void named(String name, Standbys standbys) {
        String why = "the server sends no change to the pipeline before that standby has confirmed it";
        String mend = "or take it out of " + SUBJECT + " with ALTER SYSTEM; SELECT pg_reload_conf();";
        if (standbys.away().contains(name)) {
            findings.add(Finding.warning(
                    SUBJECT, "'" + name + "', which nobody is connected to", why, "start that standby, " + mend));
        } else if (!standbys.connected().contains(name)) {
            findings.add(Finding.error(
                    SUBJECT,
                    "'" + name + "', which is no physical slot of this server",
                    why,
                    "SELECT pg_create_physical_replication_slot(" + Sql.text(name) + "); and start the standby, "
                            + mend));
        }
    }

    private void notWaitedFor(List<String> connected) {
        findings.add(Finding.warning(
                SUBJECT,
                "empty while "
                        + connected.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "))
                        + " is connected",
                "the pipeline reads what a standby may not have yet: if that standby is promoted, what was read too early does"
                        + " not exist there, and the tables have to be resynced",
                "ALTER SYSTEM SET " + SUBJECT + " = " + Sql.text(connected.get(0))
                        + "; SELECT pg_reload_conf(); (the standbys that may be promoted)"));
    }

    private void ours() {
        Optional<String> failover = tx.queryOne(OURS, row -> row.string("failover"), slot);
        if (failover.filter("false"::equals).isPresent()) {
            findings.add(Finding.warning(
                    "slot " + slot,
                    "not one that standbys keep a copy of",
                    "it is missing on a promoted standby, and the tables have to be resynced",
                    "with the pipeline stopped, psql \"dbname=... replication=database\" -c 'ALTER_REPLICATION_SLOT "
                            + slot + " (FAILOVER true)'"));
        }
    }

    private record Standbys(List<String> named, List<String> connected, List<String> away, long slotless) {

        static Standbys of(Row row) throws SQLException {
            return new Standbys(
                    names(row.string("named")),
                    names(row.string("connected")),
                    names(row.string("away")),
                    row.longValue("slotless"));
        }

        private static List<String> names(String list) {
            return Arrays.stream(list.split(",", -1))
                    .map(String::strip)
                    .map(name -> name.replace("\"", ""))
                    .filter(name -> !name.isEmpty())
                    .toList();
        }
    }
}
