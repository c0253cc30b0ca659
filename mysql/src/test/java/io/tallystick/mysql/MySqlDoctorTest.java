package io.tallystick.mysql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        ownServer = true)
class MySqlDoctorTest {

    @Test
    void a_sound_server_has_no_errors(TestDatabase db) {
        assertThat(new MySqlDoctor(Jdbc.on(db.dataSource()), InstantSource.system()).examine())
                .noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    }

    @Test
    void a_server_that_may_lose_commits_is_found_and_mended_by_the_given_statements(TestDatabase db) {
        db.execute(
                "SET GLOBAL innodb_flush_log_at_trx_commit = 2",
                "SET GLOBAL sync_binlog = 0",
                "SET GLOBAL sql_mode = ''");
        MySqlDoctor doctor = new MySqlDoctor(Jdbc.on(db.dataSource()), InstantSource.system());
        var findings = doctor.examine();
        assertThat(findings)
                .filteredOn(finding -> finding.severity() == Finding.Severity.ERROR)
                .extracting(Finding::subject)
                .containsExactlyInAnyOrder("innodb_flush_log_at_trx_commit", "sync_binlog", "sql_mode");
        findings.stream()
                .filter(finding -> finding.severity() == Finding.Severity.ERROR)
                .forEach(finding -> db.execute(finding.mend().split(";")[0]));
        assertThat(doctor.examine()).noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    }

    @Test
    void a_server_without_a_binary_log_is_not_asked_how_it_writes_one(TestDatabase db) {
        try (TestDatabase quiet = TestDatabases.of(db.engine())
                .setting("skip-log-bin", "")
                .setting("binlog-format", "STATEMENT")
                .setting("sync-binlog", "0")
                .start()) {
            assertThat(new MySqlDoctor(Jdbc.on(quiet.dataSource()), InstantSource.system()).examine())
                    .filteredOn(finding -> finding.subject().contains("log"))
                    .extracting(Finding::subject, Finding::severity)
                    .containsExactly(tuple("log_bin", Finding.Severity.WARNING));
        }
    }

    @Test
    void a_log_of_statements_is_found(TestDatabase db) {
        db.execute("SET GLOBAL binlog_format = 'MIXED'");
        MySqlDoctor doctor = new MySqlDoctor(Jdbc.on(db.dataSource()), InstantSource.system());
        assertThat(doctor.examine()).extracting(Finding::subject).doesNotContain("binlog_format");
        db.execute("SET GLOBAL binlog_format = 'STATEMENT'");
        assertThat(doctor.examine())
                .filteredOn(finding -> finding.subject().equals("binlog_format"))
                .singleElement()
                .satisfies(finding -> db.execute(finding.mend().split(";")[0]));
        assertThat(doctor.examine()).extracting(Finding::subject).doesNotContain("binlog_format");
    }

    @Test
    void a_clock_that_is_away_is_found(TestDatabase db) {
        InstantSource behind = InstantSource.offset(InstantSource.system(), Duration.ofMinutes(-1));
        assertThat(new MySqlDoctor(Jdbc.on(db.dataSource()), behind).examine())
                .anyMatch(finding -> finding.subject().startsWith("clock"));
    }
}
