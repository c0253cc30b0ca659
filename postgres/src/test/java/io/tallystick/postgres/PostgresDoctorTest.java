package io.tallystick.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

@Databases(value = Engine.POSTGRESQL, ownServer = true)
class PostgresDoctorTest {

    @Test
    void a_sound_server_has_no_errors(TestDatabase db) {
        assertThat(new PostgresDoctor(Jdbc.on(db.dataSource()), InstantSource.system()).examine())
                .noneMatch(finding -> finding.severity() == Finding.Severity.ERROR);
    }

    @Test
    void a_server_that_may_lose_commits_is_found_and_mended_by_the_given_statements(TestDatabase db) {
        db.execute(
                "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off", "SELECT pg_reload_conf()");
        Jdbc jdbc = Jdbc.on(db.dataSource());
        PostgresDoctor doctor = new PostgresDoctor(jdbc, InstantSource.system());
        // the kit gives fsync on the command line, which no ALTER SYSTEM overrides; the role's setting does the same
        // for a session
        db.execute(
                "ALTER ROLE CURRENT_USER SET synchronous_commit = off", "ALTER ROLE CURRENT_USER SET lock_timeout = 0");
        assertThat(doctor.examine())
                .filteredOn(finding -> finding.subject().equals("synchronous_commit"))
                .singleElement()
                .satisfies(finding -> assertThat(finding.severity()).isEqualTo(Finding.Severity.ERROR))
                .satisfies(finding -> assertThat(finding.mend()).contains("synchronous_commit = on"));
        db.execute("ALTER ROLE CURRENT_USER RESET synchronous_commit");
        assertThat(doctor.examine()).noneMatch(finding -> finding.subject().equals("synchronous_commit"));
    }

    @Test
    void a_clock_that_is_away_and_missing_tables_are_found(TestDatabase db) {
        InstantSource ahead = InstantSource.offset(InstantSource.system(), Duration.ofMinutes(1));
        assertThat(new PostgresDoctor(Jdbc.on(db.dataSource()), ahead).examine())
                .anyMatch(finding -> finding.subject().startsWith("clock"));
    }
}
