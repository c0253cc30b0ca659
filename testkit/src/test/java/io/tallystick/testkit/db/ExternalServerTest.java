package io.tallystick.testkit.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Tests pointed at somebody's own server by environment variables. */
class ExternalServerTest {
    @Nested
    @Databases
    class WithARealServer {
        @Test
        void a_database_is_made_used_and_dropped_on_the_server_that_the_environment_names(TestDatabase real) {
            Engine engine = real.engine();
            TestDatabase external = ExternalServer.fromEnvironment(
                            engine,
                            Map.of(
                                    engine.environmentVariable("URL"), real.url(),
                                    engine.environmentVariable("USER"), real.user(),
                                    engine.environmentVariable("PASSWORD"), real.password()))
                    .orElseThrow();
            assertThat(external.url()).isEqualTo(real.url());
            assertThat(external.port()).isEqualTo(real.port());
            try (TestDatabase fresh = external.createDatabase()) {
                fresh.execute("CREATE TABLE t (id int PRIMARY KEY)");
            }
            external.close();
            assertThat(real.isRunning()).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void without_the_variable_there_is_none(Engine engine) {
        assertThat(ExternalServer.fromEnvironment(engine, Map.of())).isEmpty();
    }

    @Test
    void killing_somebody_elses_server_is_refused_with_the_way_out() {
        TestDatabase db = postgres("jdbc:postgresql://db.example.com/orders?sslmode=require");
        for (Consumer<TestDatabase> deed : List.<Consumer<TestDatabase>>of(
                TestDatabase::kill,
                TestDatabase::stop,
                TestDatabase::restart,
                TestDatabase::pause,
                TestDatabase::resume,
                TestDatabase::pid)) {
            assertThatThrownBy(() -> deed.accept(db))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContainingAll("db.example.com:5432", "Unset TALLY_TEST_POSTGRES_URL");
        }
    }

    @Test
    void parameters_of_the_url_stay_and_the_password_is_never_shown() {
        TestDatabase db = postgres("jdbc:postgresql://db.example.com/orders?sslmode=require");
        assertThat(db.url()).isEqualTo("jdbc:postgresql://db.example.com:5432/orders?sslmode=require");
        assertThat(db.toString()).doesNotContain("secret");
    }

    @Test
    void a_url_of_another_shape_is_refused_by_name() {
        assertThatThrownBy(() -> postgres("postgres.example.com"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("TALLY_TEST_POSTGRES_URL: expected jdbc:postgresql://host:port/database");
    }

    private static TestDatabase postgres(String url) {
        return ExternalServer.fromEnvironment(
                        Engine.POSTGRESQL,
                        Map.of("TALLY_TEST_POSTGRES_URL", url, "TALLY_TEST_POSTGRES_PASSWORD", "secret"))
                .orElseThrow();
    }
}
