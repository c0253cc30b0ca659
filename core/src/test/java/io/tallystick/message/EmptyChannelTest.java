package io.tallystick.message;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What waits in one channel costs those nothing that look into another. */
@Databases(Engine.POSTGRESQL)
class EmptyChannelTest {

    private static final String BACKLOG = """
            INSERT INTO tally_message (channel, lane, msg_key, id, headers, body)
            SELECT 'full-' || n % 40, n % 16, 'key', 'm-' || n, '{}', repeat('x', 200) FROM generate_series(1, 20000) AS n
            """;

    /** A statement that is prepared is planned without its values after a few times. */
    @Test
    void whether_a_channel_is_empty_is_not_asked_of_the_whole_table(TestDatabase db) {
        try (HikariDataSource pool = MessageDatabase.pool(db)) {
            Jdbc jdbc = Jdbc.on(pool);
            jdbc.run(tx -> tx.update(BACKLOG));
            jdbc.run(tx -> tx.update("ANALYZE tally_message"));

            List<String> plan = jdbc.inTransaction(tx -> {
                tx.update("SET LOCAL plan_cache_mode = force_generic_plan");
                tx.update("PREPARE first_of(varchar) AS " + MessageRows.FIRST.replace("?", "$1"));
                return tx.query("EXPLAIN EXECUTE first_of('empty')", row -> row.string("QUERY PLAN"));
            });

            assertThat(String.join("\n", plan)).contains("tally_message_lane").doesNotContain("Seq Scan");
        }
    }
}
