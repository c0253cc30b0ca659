package io.tallystick.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tallystick.jdbc.CandidPool;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.DataSourcesContract;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.testkit.db.Databases;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

@Databases(value = Engine.POSTGRESQL, ownServer = true)
class PostgresDataSourcesTest extends DataSourcesContract {

    @Override
    protected CandidPool open(ConnectionSettings settings) {
        return PostgresDataSources.open(settings);
    }

    @Override
    protected String refuse(TestDatabase db, String stranger) {
        db.execute("DROP ROLE IF EXISTS " + stranger);
        return "SQLState 28";
    }

    @Override
    protected void admit(TestDatabase db, String stranger, String password) {
        db.execute("CREATE ROLE " + stranger + " LOGIN PASSWORD '" + password + "'");
    }

    @Override
    protected void forget(TestDatabase db, String stranger) {
        db.execute("DROP ROLE IF EXISTS " + stranger);
    }

    @Test
    void a_session_is_in_utc_read_committed_and_waits_for_locks_as_long_as_told(TestDatabase db) {
        try (var pool = PostgresDataSources.open(settings(db))) {
            String found = Jdbc.on(pool)
                    .inTransaction(tx -> tx.query(
                                    "SELECT current_setting('TimeZone') || '|' || current_setting('transaction_isolation') || '|'"
                                            + " || current_setting('lock_timeout') || '|' || current_setting('application_name') AS s",
                                    row -> row.string("s"))
                            .get(0));
            assertThat(found).isEqualTo("UTC|read committed|1s|tallystick");
        }
    }

    @Test
    void a_wrong_password_is_rejected_through_the_pool(TestDatabase db) throws IOException {
        db.execute("CREATE ROLE careful LOGIN PASSWORD 'right'");
        Path rules = db.dataDirectory().resolve("pg_hba.conf");
        String before = Files.readString(rules);
        Files.writeString(rules, "host all careful 127.0.0.1/32 scram-sha-256\n" + before);
        db.execute("SELECT pg_reload_conf()");
        ConnectionSettings wrong =
                ConnectionSettings.of(db.url(), "careful", "secret").withTimeouts(SHORT);
        try (var pool = PostgresDataSources.open(wrong)) {
            assertThatThrownBy(() -> Jdbc.on(pool).dialect())
                    .isInstanceOf(RejectedException.class)
                    .hasMessageContaining("28P01")
                    .hasMessageNotContaining("secret");
        } finally {
            Files.writeString(rules, before);
        }
    }

    @Test
    void an_exhausted_pool_can_be_tried_later(TestDatabase db) {
        try (var pool = PostgresDataSources.open(settings(db).withPoolSize(1))) {
            Jdbc jdbc = Jdbc.on(pool);
            assertThatThrownBy(() -> jdbc.run(outer -> jdbc.run(inner -> {})))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("timed out");
        }
    }

    @Test
    void refuses_what_is_not_for_postgresql(TestDatabase db) {
        assertThatThrownBy(() -> PostgresDataSources.open(ConnectionSettings.of("jdbc:mariadb://h/d", "u", "secret")))
                .hasMessageContaining("jdbc:postgresql:")
                .hasMessageNotContaining("secret");
    }
}
