package io.tallystick.mysql.cdc;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Finding;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@Databases(
        value = {Engine.MARIADB, Engine.MYSQL},
        ownServer = true)
class BinlogExaminationTest {

    @Test
    void a_sound_server_with_a_sound_table_has_nothing_to_mend(TestDatabase db) {
        db.execute("CREATE TABLE sound (id INT PRIMARY KEY)");
        assertThat(examine(db, db.user(), db.password(), "sound")).isEmpty();
    }

    @Test
    void settings_that_hide_changes_are_found_and_mended_by_the_given_statements(TestDatabase db) {
        String little = db.engine() == Engine.MARIADB ? "NO_LOG" : "MINIMAL";
        db.execute(
                "SET GLOBAL binlog_format = MIXED",
                "SET GLOBAL binlog_row_metadata = " + little,
                "SET GLOBAL binlog_row_image = MINIMAL",
                "SET GLOBAL binlog_expire_logs_seconds = 60");
        List<Finding> found = examine(db, db.user(), db.password());
        assertThat(found)
                .extracting(Finding::subject)
                .containsExactlyInAnyOrder(
                        "binlog_format", "binlog_row_metadata", "binlog_row_image", "binlog_expire_logs_seconds");
        found.forEach(finding -> db.execute(finding.mend().split(";")[0]));
        assertThat(examine(db, db.user(), db.password())).isEmpty();
    }

    @Test
    void partial_json_is_found(TestDatabase db) {
        if (db.engine() == Engine.MYSQL) {
            db.execute("SET GLOBAL binlog_row_value_options = PARTIAL_JSON");
        }
        List<Finding> found = examine(db, db.user(), db.password());
        assertThat(found).hasSize(db.engine() == Engine.MYSQL ? 1 : 0);
        found.forEach(finding -> db.execute(finding.mend().split(";")[0]));
        assertThat(examine(db, db.user(), db.password())).isEmpty();
    }

    @Test
    void tables_without_a_key_with_cascades_without_transactions_and_those_that_do_not_exist_are_found(
            TestDatabase db) {
        db.execute(
                "CREATE TABLE keyless (id INT)",
                "CREATE TABLE parent (id INT PRIMARY KEY)",
                "CREATE TABLE child (id INT PRIMARY KEY, p INT, FOREIGN KEY (p) REFERENCES parent (id) ON DELETE CASCADE)",
                "CREATE TABLE loose (id INT PRIMARY KEY) ENGINE = MyISAM");
        assertThat(examine(db, db.user(), db.password(), "keyless", "child", "loose", "absent"))
                .extracting(Finding::toString)
                .hasSize(4)
                .anyMatch(line -> line.contains("keyless") && line.contains("ADD PRIMARY KEY"))
                .anyMatch(line -> line.contains("child") && line.contains("ON DELETE CASCADE"))
                .anyMatch(line -> line.contains("loose") && line.contains("ENGINE = InnoDB"))
                .anyMatch(line -> line.contains("absent"));
    }

    @Test
    void missing_rights_are_found_and_given_by_the_given_statements(TestDatabase db) {
        db.execute(
                "CREATE TABLE guarded (id INT PRIMARY KEY)",
                "CREATE USER reader@'%' IDENTIFIED BY 'secret-reader'",
                "GRANT SELECT ON " + db.name() + ".* TO reader@'%'");
        List<Finding> found = examine(db, "reader", "secret-reader", "guarded");
        assertThat(found)
                .allMatch(finding -> finding.severity() == Finding.Severity.ERROR)
                .hasSize(db.engine() == Engine.MYSQL ? 3 : 2);
        found.forEach(finding -> db.execute(finding.mend().split(";")[0]));
        assertThat(examine(db, "reader", "secret-reader", "guarded")).isEmpty();
    }

    private static List<Finding> examine(TestDatabase db, String user, String password, String... tables) {
        Set<TableName> names =
                Arrays.stream(tables).map(t -> new TableName(db.name(), t)).collect(Collectors.toSet());
        try (BinlogChangeSource source = new BinlogChangeSource(
                ConnectionSettings.of(db.url(), user, password), InstantSource.system(), new Random())) {
            return source.examine(names);
        }
    }
}
