package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Finding;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Everything that would stop a pipeline is found before it begins, with the statement that mends it. */
@Databases(
        value = Engine.POSTGRESQL,
        settings = {
            "wal_level=replica",
            "max_replication_slots=1",
            "max_slot_wal_keep_size=1GB",
            "idle_replication_slot_timeout=60"
        })
class SourceExaminationTest extends LogScene {

    SourceExaminationTest(TestDatabase db) {
        super(db);
    }

    private List<Finding> examine(String... tables) {
        return source().examine(names(tables));
    }

    private static String errors(List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .map(Finding::toString)
                .collect(Collectors.joining("\n"));
    }

    @Test
    void settings_of_the_server_are_found() {
        db.execute("SELECT pg_create_physical_replication_slot('taken')");
        try {
            List<Finding> findings = examine();
            assertThat(errors(findings))
                    .contains("wal_level is replica", "ALTER SYSTEM SET wal_level = logical")
                    .contains("max_replication_slots is 1 of 1 in use", "ALTER SYSTEM SET max_replication_slots = 11");
            assertThat(findings).extracting(Finding::subject).contains("idle_replication_slot_timeout");
        } finally {
            db.execute("SELECT pg_drop_replication_slot('taken')");
        }
    }

    @Test
    void a_sound_table_brings_no_error_of_its_own() {
        db.execute("CREATE TABLE sound (id int PRIMARY KEY, name text)");
        assertThat(examine("sound")).noneMatch(finding -> finding.subject().startsWith("table"));
    }

    @Test
    void tables_that_cannot_be_replicated_are_found_each_with_what_mends_it() {
        db.execute(
                "CREATE TABLE keyless (id int)",
                "CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY)",
                "CREATE TABLE nothing (id int PRIMARY KEY)",
                "ALTER TABLE nothing REPLICA IDENTITY NOTHING",
                "CREATE VIEW seen AS SELECT 1 AS one");
        assertThat(errors(examine("keyless", "unlogged", "nothing", "seen", "absent")))
                .contains("public.keyless is without primary key", "ALTER TABLE \"public\".\"keyless\" ADD PRIMARY KEY")
                .contains("public.unlogged is unlogged", "SET LOGGED")
                .contains("public.nothing is REPLICA IDENTITY NOTHING", "REPLICA IDENTITY DEFAULT")
                .contains("public.seen is no table")
                .contains("public.absent is missing");
    }

    @Test
    void risks_are_warnings() {
        db.execute(
                "CREATE TABLE heavy (id int PRIMARY KEY, rights aclitem)",
                "ALTER TABLE heavy REPLICA IDENTITY FULL",
                "CREATE TABLE whole (id int) PARTITION BY RANGE (id)",
                "CREATE TABLE part PARTITION OF whole FOR VALUES FROM (0) TO (1)",
                "ALTER TABLE part ADD PRIMARY KEY (id)");
        List<Finding> findings = examine("heavy", "part");
        assertThat(findings)
                .filteredOn(finding -> finding.subject().startsWith("table"))
                .allMatch(finding -> finding.severity() == Finding.Severity.WARNING)
                .extracting(Finding::found)
                .containsExactly("REPLICA IDENTITY FULL", "column rights of type aclitem", "a partition");
    }

    @Test
    void missing_rights_are_found_for_the_user_that_will_read() {
        db.execute(
                "CREATE TABLE guarded (id int PRIMARY KEY)",
                "DROP ROLE IF EXISTS reader",
                "CREATE ROLE reader LOGIN PASSWORD 'secret'");
        PostgresChangeSource source =
                PostgresChangeSource.on(ConnectionSettings.of(db.url(), "reader", "secret"), settings());
        List<Finding> findings = source.examine(Set.of(new TableName("public", "guarded")));
        assertThat(errors(findings))
                .contains("REPLICATION is missing for reader", "ALTER ROLE \"reader\" REPLICATION")
                .contains("CREATE on the database is missing for reader", "GRANT CREATE ON DATABASE")
                .contains("not readable by reader", "GRANT SELECT ON \"public\".\"guarded\" TO \"reader\"");
        assertThat(errors(findings))
                .contains(
                        "owned by another role",
                        "ALTER PUBLICATION \"" + settings().publication());
        db.execute("CREATE PUBLICATION " + settings().publication() + " FOR TABLE guarded");
        assertThat(errors(source.examine(Set.of(new TableName("public", "guarded")))))
                .as("somebody who may has published it")
                .doesNotContain("owned by another role");
        db.execute("DROP PUBLICATION " + settings().publication(), "DROP ROLE reader");
    }
}
