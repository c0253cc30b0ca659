package io.tallystick.postgres.cdc;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Looks for everything that would stop a pipeline before it begins, and says what mends it. Changes nothing. */
final class SourceExamination {

    private static final int OLDEST = 140_000;

    private static final String SLOTS = """
            SELECT (SELECT count(*) FROM pg_replication_slots) AS slots, current_setting('max_replication_slots')::int8 AS most_slots,
                   (SELECT count(*) FROM pg_stat_replication) AS senders, current_setting('max_wal_senders')::int8 AS most_senders,
                   (SELECT count(*) FROM pg_replication_slots WHERE slot_name = ?) AS ours""";

    private static final String RIGHTS = """
            SELECT current_user::text AS me, current_database()::text AS db, rolsuper AS super, rolreplication AS replication,
                   has_database_privilege(current_database(), 'CREATE') AS creates,
                   EXISTS (SELECT 1 FROM pg_publication WHERE pubname = ?) AS published
              FROM pg_roles WHERE rolname = current_user""";

    private static final String KEPT = """
            SELECT setting::int8 AS most, (SELECT coalesce(max(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)), 0)::int8
                     FROM pg_replication_slots WHERE slot_name = ?) AS kept
              FROM pg_settings WHERE name = 'max_slot_wal_keep_size'""";

    private static final String PREPARED = """
            SELECT gid FROM pg_prepared_xacts
             WHERE NOT EXISTS (SELECT 1 FROM pg_replication_slots WHERE slot_name = ?) ORDER BY prepared LIMIT 5""";

    private static final long MEGABYTE = 1 << 20;

    private final Tx tx;
    private final SlotSettings settings;
    private final List<Finding> findings = new ArrayList<>();

    SourceExamination(Tx tx, SlotSettings settings) {
        this.tx = tx;
        this.settings = settings;
    }

    /** Everything found, errors first. */
    List<Finding> findings(Set<TableName> tables) {
        server();
        places();
        rights();
        kept();
        prepared();
        findings.addAll(new StandbyExamination(tx, settings.slot()).findings());
        tables.stream()
                .sorted((a, b) -> a.toString().compareTo(b.toString()))
                .forEach(table -> findings.addAll(new TableExamination(tx, table, settings.publication()).findings()));
        return findings.stream()
                .sorted((a, b) -> a.severity().compareTo(b.severity()))
                .toList();
    }

    private void server() {
        if (Integer.parseInt(Objects.requireNonNull(setting("server_version_num"))) < OLDEST) {
            error(
                    "version",
                    setting("server_version"),
                    "the log can be read in binary form since 14",
                    "upgrade the server");
        }
        if (!"logical".equals(setting("wal_level"))) {
            error(
                    "wal_level",
                    setting("wal_level"),
                    "the log does not contain what was changed",
                    "ALTER SYSTEM SET wal_level = logical; then restart the server");
        }
        if (!"UTF8".equals(setting("server_encoding"))) {
            error(
                    "server_encoding",
                    setting("server_encoding"),
                    "text is read as UTF-8",
                    "create the database again WITH ENCODING 'UTF8'");
        }
        String idle = setting("idle_replication_slot_timeout");
        if (idle != null && !idle.equals("0")) {
            warning(
                    "idle_replication_slot_timeout",
                    idle,
                    "a pipeline that is stopped for so long loses its slot, and its tables have to be resynced",
                    "ALTER SYSTEM SET idle_replication_slot_timeout = 0; SELECT pg_reload_conf();");
        }
    }

    private void places() {
        tx.query(
                        SLOTS,
                        row -> new long[] {
                            row.longValue("slots"),
                            row.longValue("most_slots"),
                            row.longValue("senders"),
                            row.longValue("most_senders"),
                            row.longValue("ours")
                        },
                        settings.slot())
                .forEach(n -> {
                    if (n[4] == 0 && n[0] >= n[1]) {
                        full("max_replication_slots", n[0], n[1], "no slot can be made");
                    }
                    if (n[2] >= n[3]) {
                        full("max_wal_senders", n[2], n[3], "nobody else can read the log");
                    }
                });
    }

    private void full(String name, long used, long most, String why) {
        error(
                name,
                used + " of " + most + " in use",
                why,
                "ALTER SYSTEM SET " + name + " = " + (most + 10) + "; then restart the server");
    }

    private void rights() {
        tx.query(
                        RIGHTS,
                        row -> new Rights(
                                row.string("me"),
                                row.string("db"),
                                row.bool("super") || row.bool("replication"),
                                row.bool("creates") || row.bool("published")),
                        settings.publication())
                .forEach(rights -> {
                    if (!rights.replication()) {
                        error(
                                "REPLICATION",
                                "missing for " + rights.me(),
                                "the log cannot be read",
                                "ALTER ROLE " + Sql.name(rights.me()) + " REPLICATION;");
                    }
                    if (!rights.creates()) {
                        error(
                                "CREATE on the database",
                                "missing for " + rights.me(),
                                "the publication cannot be made",
                                "GRANT CREATE ON DATABASE " + Sql.name(rights.db()) + " TO " + Sql.name(rights.me())
                                        + "; or, as the tables' owner, CREATE PUBLICATION "
                                        + Sql.name(settings.publication())
                                        + " FOR TABLE ... WITH (publish_via_partition_root = true);");
                    }
                });
    }

    /** What a slot keeps back may fill the disk; a limit saves the disk and costs the slot. */
    private void kept() {
        tx.query(KEPT, row -> new long[] {row.longValue("most"), row.longValue("kept") / MEGABYTE}, settings.slot())
                .forEach(n -> {
                    if (n[0] < 0) {
                        warning(
                                "max_slot_wal_keep_size",
                                "without limit",
                                "while a pipeline stands still, the log grows until the disk is full",
                                "ALTER SYSTEM SET max_slot_wal_keep_size = '50GB'; SELECT pg_reload_conf();"
                                        + " (less than the free disk)");
                    } else if (n[1] * 2 >= n[0]) {
                        retained(n[1], n[0]);
                    }
                });
    }

    private void retained(long kept, long most) {
        String found = kept + " of " + most + " MB kept by slot " + settings.slot();
        String why = "at " + most + " MB the server drops the log and the tables have to be resynced";
        String mend = "let the pipeline catch up, or ALTER SYSTEM SET max_slot_wal_keep_size = '" + 2 * most
                + "MB'; SELECT pg_reload_conf();";
        if (kept * 5 >= most * 4) {
            error("max_slot_wal_keep_size", found, why, mend);
        } else {
            warning("max_slot_wal_keep_size", found, why, mend);
        }
    }

    /** A slot is only complete when every transaction that was running at its beginning has ended. */
    private void prepared() {
        tx.query(PREPARED, row -> row.string("gid"), settings.slot())
                .forEach(gid -> warning(
                        "prepared transaction",
                        "'" + gid + "' is open",
                        "a slot cannot be made before it ends",
                        "find the coordinator's decision, then COMMIT PREPARED " + Sql.text(gid)
                                + "; or ROLLBACK PREPARED " + Sql.text(gid) + ";"));
    }

    private @Nullable String setting(String name) {
        return tx.queryOne("SELECT setting AS value FROM pg_settings WHERE name = ?", row -> row.string("value"), name)
                .orElse(null);
    }

    private void error(String subject, @Nullable String found, String why, String mend) {
        findings.add(Finding.error(subject, String.valueOf(found), why, mend));
    }

    private void warning(String subject, @Nullable String found, String why, String mend) {
        findings.add(Finding.warning(subject, String.valueOf(found), why, mend));
    }

    private record Rights(String me, String db, boolean replication, boolean creates) {}
}
