package io.tallystick.cdc.query;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.testkit.crash.CrashRunner;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** H2 stands for every database with a JDBC driver that we do not know by name. */
class QuerySourceOnH2Test extends QuerySourceContract {

    QuerySourceOnH2Test() {
        super(database(), "PUBLIC", "timestamp(6)");
    }

    private static JdbcDataSource database() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:query;DB_CLOSE_DELAY=-1");
        return database;
    }

    @Test
    void hundreds_of_thousands_of_rows_that_are_gone_are_found_by_a_process_that_could_not_hold_their_keys(
            @TempDir Path memory) {
        String gone = "250000";
        String output = CrashRunner.of(ManyDeletesChild.class, memory.toString(), gone)
                .jvmOption("-Xmx20m")
                .jvmOption("-XX:+ExitOnOutOfMemoryError")
                .timeout(Duration.ofMinutes(5))
                .runAt(0)
                .output();
        assertThat(output).contains("deleted " + gone);
    }

    @Override
    String spelt(String name) {
        return name.toUpperCase(Locale.ROOT);
    }
}
