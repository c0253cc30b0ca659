package io.tallystick.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import io.tallystick.testkit.internal.Ports;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.http.XaHttp;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.transaction.TransactionManager;
import org.springframework.transaction.jta.JtaTransactionManager;

/** What the properties make of an application, and what they refuse. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConfigurationTest {

    private final TestDatabase db = TestDatabases.postgres().start();

    private Set<Thread> before = Set.of();

    @BeforeEach
    void noteThreads() {
        before = Thread.getAllStackTraces().keySet();
    }

    @AfterAll
    void stop() {
        db.close();
    }

    private ConfigurableApplicationContext run(String... more) {
        Map<String, Object> properties = new LinkedHashMap<>(TwoServices.properties("shop", db));
        for (String property : more) {
            int equals = property.indexOf('=');
            properties.put(property.substring(0, equals), property.substring(equals + 1));
        }
        return run(WebApplicationType.NONE, properties);
    }

    private static ConfigurableApplicationContext run(WebApplicationType web, Map<String, Object> properties) {
        return new SpringApplicationBuilder(Empty.class)
                .web(web)
                .properties(properties)
                .run();
    }

    @Test
    void two_databases_and_no_web_server_are_enough() {
        try (ConfigurableApplicationContext application = run(
                "tallystick.xa.resources.stock.url=" + db.url(),
                "tallystick.xa.resources.stock.username=" + db.user(),
                "tallystick.xa.decisions.in=stock")) {
            assertThat(application.getBean(TransactionManager.class)).isInstanceOf(JtaTransactionManager.class);
            assertThat(application.getBean(DataSource.class)).isNotNull();
            assertThat(application.getBean(XaEngine.class).dataSource("stock")).isNotNull();
            assertThat(application.getBeansOfType(FilterRegistrationBean.class)).isEmpty();
        }
    }

    @Test
    void without_a_service_nothing_is_configured() {
        try (ConfigurableApplicationContext application = new SpringApplicationBuilder(Empty.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "spring.main.banner-mode=off",
                        "spring.datasource.url=" + db.url(),
                        "spring.datasource.username=" + db.user())
                .run()) {
            assertThat(application.getBeansOfType(XaEngine.class)).isEmpty();
            assertThat(application.getBeansOfType(XaHttp.class)).isEmpty();
        }
    }

    @Test
    void where_decisions_are_kept_is_not_guessed() {
        assertThatThrownBy(() -> run(
                        "tallystick.xa.resources.stock.url=" + db.url(),
                        "tallystick.xa.resources.stock.username=" + db.user()))
                .rootCause()
                .hasMessageContaining("set tallystick.xa.decisions.in");
        assertThatThrownBy(() -> run("tallystick.xa.decisions.in=stcok"))
                .rootCause()
                .hasMessageContaining("'stcok'")
                .hasMessageContaining("[shop]");
    }

    @Test
    void all_mistakes_are_told_at_once_and_nothing_that_was_opened_stays_open() {
        assertThatThrownBy(() -> run(
                        "tallystick.xa.resources.till.url=jdbc:oracle:thin:@//db:1521/till",
                        "tallystick.xa.resources.till.username=till",
                        "tallystick.xa.resources.stock.url=" + db.url(),
                        "tallystick.xa.resources.stock.username=" + db.user(),
                        "tallystick.xa.resources.stock.connections=0",
                        "tallystick.xa.resources.packing.username=packer",
                        "tallystick.xa.decisions.in=shop"))
                .rootCause()
                .hasMessageContaining("3 mistakes")
                .hasMessageContaining("tallystick.xa.resources.till: its url is of no database that can take part:"
                        + " expected one that begins with jdbc:postgresql:, jdbc:mariadb: or jdbc:mysql:")
                .hasMessageContaining("tallystick.xa.resources.stock: ")
                .hasMessageContaining("tallystick.xa.resources.packing: it has no url");
        assertNothingIsOpen();
    }

    @Test
    void a_database_that_refuses_is_a_mistake_and_told_at_the_start_also_where_no_decisions_are_kept() {
        assertThatThrownBy(() -> run(
                        "tallystick.xa.resources.stock.url="
                                + db.url().replaceFirst("/" + db.name() + "$", "/no_such_database"),
                        "tallystick.xa.resources.stock.username=" + db.user(),
                        "tallystick.xa.decisions.in=shop"))
                .rootCause()
                .isInstanceOf(MisconfiguredException.class)
                .hasMessageContaining("tallystick.xa.resources.stock: ")
                .hasMessageContaining("no_such_database");
        assertNothingIsOpen();
    }

    @Test
    void a_database_that_is_away_keeps_no_application_from_starting() {
        try (ConfigurableApplicationContext application = run(
                "tallystick.xa.resources.stock.url=jdbc:postgresql://127.0.0.1:" + Ports.free() + "/stock",
                "tallystick.xa.resources.stock.username=stock",
                "tallystick.xa.decisions.in=shop")) {
            assertThat(application.getBean(XaEngine.class).dataSource("stock")).isNotNull();
        }
    }

    @Test
    void a_server_of_another_kind_than_its_url_says_is_refused() {
        try (TestDatabase mariadb = TestDatabases.mariadb().start()) {
            assertThatThrownBy(() -> run(
                            "tallystick.xa.resources.shop.url="
                                    + mariadb.url().replaceFirst("^jdbc:mariadb:", "jdbc:mysql:"),
                            "tallystick.xa.resources.shop.username=" + mariadb.user(),
                            "tallystick.xa.resources.shop.password=" + mariadb.password()))
                    .rootCause()
                    .hasMessageContaining("its server is MariaDB")
                    .hasMessageContaining("begin with jdbc:mariadb:");
        }
    }

    /** With a web server, which wants its filters, and so what is shared with other services, before anything else. */
    @Test
    void mistakes_about_databases_and_about_services_are_told_together() {
        Map<String, Object> properties = new LinkedHashMap<>(TwoServices.properties("shop", db));
        properties.put("server.port", 0);
        properties.put("tallystick.xa.decisions.in", "stcok");
        properties.put("tallystick.xa.http.keys.k1", "too-short");
        properties.put("tallystick.xa.http.peers.points", "localhost:8080");
        properties.put("tallystick.xa.http.path", "tally/xa");
        assertThatThrownBy(() -> run(WebApplicationType.SERVLET, properties))
                .rootCause()
                .hasMessageContaining("4 mistakes")
                .hasMessageContaining("tallystick.xa.http.path is 'tally/xa'");
    }

    @Test
    void resources_without_a_service_are_a_mistake_and_not_an_application_without_transactions() {
        assertThatThrownBy(() -> new SpringApplicationBuilder(Empty.class)
                        .web(WebApplicationType.NONE)
                        .properties(
                                "spring.main.banner-mode=off",
                                "tallystick.xa.resources.shop.url=" + db.url(),
                                "tallystick.xa.resources.shop.username=" + db.user())
                        .run())
                .rootCause()
                .hasMessageContaining("tallystick.xa.service is not set");
    }

    @Test
    void a_person_is_shown_the_mistakes_and_no_stack_trace() {
        RuntimeException thrown =
                catchThrowableOfType(RuntimeException.class, () -> run("tallystick.xa.data-source=nowhere"));
        FailureAnalysis shown = new MisconfigurationAnalyzer().analyze(thrown);
        assertThat(shown).isNotNull();
        assertThat(shown.getDescription())
                .contains("tallystick.xa.data-source is 'nowhere'")
                .contains("[shop]");
        assertThat(SpringFactoriesLoader.forDefaultResourceLocation()
                        .load(FailureAnalyzer.class, (type, name, failure) -> {}))
                .hasAtLeastOneElementOfType(MisconfigurationAnalyzer.class);
    }

    @Test
    void a_time_out_without_a_unit_is_in_seconds() {
        try (ConfigurableApplicationContext application = run("tallystick.xa.timeout=45")) {
            assertThat(application.getBean(XaProperties.class).timeout()).isEqualTo(Duration.ofSeconds(45));
        }
    }

    @Test
    void what_was_opened_is_closed_when_the_engine_cannot_be_made() {
        assertThatThrownBy(() -> run("tallystick.xa.data-source=nowhere")).hasStackTraceContaining("'nowhere'");
        assertNothingIsOpen();
    }

    /** Threads of this test: what others of this JVM have not ended is theirs. */
    private void assertNothingIsOpen() {
        Awaitility.await()
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .filteredOn(thread -> !before.contains(thread))
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.matches("(shop|stock|packing|till)-(decisions|branches|outside).*")));
    }

    @Test
    void missing_tables_are_named_at_the_start_with_what_makes_them() {
        try (TestDatabase empty = db.createDatabase()) {
            assertThatThrownBy(() -> run(
                            "tallystick.xa.decisions.create-tables=false",
                            "tallystick.xa.resources.shop.url=" + empty.url()))
                    .hasStackTraceContaining("tally_decision")
                    .hasStackTraceContaining("tally schema install xa --url")
                    .hasStackTraceContaining("tallystick.xa.decisions.create-tables=true");
        }
    }

    @Test
    void which_of_two_keys_signs_is_not_guessed() {
        assertThatThrownBy(() -> run("tallystick.xa.http.keys.k2=fedcba9876543210"))
                .rootCause()
                .hasMessageContaining("set tallystick.xa.http.signing-key");
        run("tallystick.xa.http.keys.k2=fedcba9876543210", "tallystick.xa.http.signing-key=k2")
                .close();
    }

    @Test
    void no_key_and_no_password_is_shown() {
        try (ConfigurableApplicationContext application = run("tallystick.xa.resources.shop.password=hush-hush")) {
            assertThat(application.getBean(XaProperties.class).toString())
                    .contains("k1")
                    .doesNotContain(TwoServices.KEY)
                    .doesNotContain("hush-hush");
        }
        assertThatThrownBy(() -> run("tallystick.xa.http.keys.k1=too-short-hush"))
                .hasStackTraceContaining("expected at least")
                .satisfies(thrown -> assertThat(org.assertj.core.util.Throwables.getStackTrace(thrown))
                        .doesNotContain("too-short-hush"));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Empty {}
}
