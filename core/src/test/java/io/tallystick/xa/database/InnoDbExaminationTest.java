package io.tallystick.xa.database;

import static io.tallystick.xa.database.InnoDbScene.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a server must be told before it is trusted with branches. */
@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        ownServer = true)
class InnoDbExaminationTest {

    private final TestDatabase db;

    InnoDbExaminationTest(TestDatabase db) {
        this.db = db;
    }

    @AfterEach
    void mend() {
        db.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 1", "SET GLOBAL sync_binlog = 1");
        db.execute("DROP USER IF EXISTS clerk");
    }

    @Test
    void a_durable_server_with_a_user_that_may_recover_has_no_findings() {
        try (InnoDbBranchDriver driver = InnoDbScene.driver(db, db.dataSource(), settings())) {
            assertThat(driver.examine()).isEmpty();
        }
    }

    @Test
    void settings_that_forget_a_promise_in_a_crash_are_errors_with_their_remedy() {
        db.execute("SET GLOBAL innodb_flush_log_at_trx_commit = 2", "SET GLOBAL sync_binlog = 0");
        try (InnoDbBranchDriver driver = InnoDbScene.driver(db, db.dataSource(), settings())) {
            List<Finding> findings = driver.examine();
            assertThat(findings)
                    .extracting(Finding::subject)
                    .containsExactlyInAnyOrder("innodb_flush_log_at_trx_commit", "sync_binlog");
            findings.forEach(finding -> db.execute(finding.mend()));
            assertThat(driver.examine()).isEmpty();
        }
    }

    @Test
    void a_user_that_may_not_recover_is_named_with_the_grant_that_helps() throws SQLException {
        db.execute("CREATE USER clerk IDENTIFIED BY 'clerk'", "GRANT SELECT, INSERT, UPDATE, DELETE ON *.* TO clerk");
        try (InnoDbBranchDriver driver = InnoDbScene.driver(db, InnoDbScene.as(db, "clerk"), settings())) {
            if (db.engine() == Engine.MARIADB) {
                // there everybody may
                assertThat(driver.prepared()).isEmpty();
                return;
            }
            assertThatThrownBy(driver::prepared)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("XA_RECOVER_ADMIN");
            List<Finding> findings = driver.examine();
            assertThat(findings)
                    .extracting(Finding::mend)
                    .containsExactly("GRANT XA_RECOVER_ADMIN ON *.* TO 'clerk'@'%'");
            db.execute(findings.get(0).mend());
        }
        try (InnoDbBranchDriver driver = InnoDbScene.driver(db, InnoDbScene.as(db, "clerk"), settings())) {
            assertThat(driver.examine()).isEmpty();
        }
    }

    @Test
    void the_wrong_kind_of_server_is_an_error() {
        PoolSettings brief = settings().withBorrow(Duration.ofSeconds(1));
        try (InnoDbBranchDriver driver = db.engine() == Engine.MARIADB
                ? InnoDbBranchDriver.mysql(db.dataSource(), brief)
                : InnoDbBranchDriver.mariadb(db.dataSource(), brief)) {
            assertThat(driver.examine()).extracting(Finding::severity).containsOnly(Finding.Severity.ERROR);
        }
    }
}
