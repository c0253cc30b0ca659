package io.tallystick.examples.spring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.spring.XaEngineCustomizer;
import io.tallystick.xa.XaSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** What {@code tally spring} shows. */
class SpringShopDemoTest {

    @Test
    void each_sale_is_in_both_databases_or_in_none() throws SQLException {
        List<String> lines = new CopyOnWriteArrayList<>();
        try (SpringShopDemo demo = SpringShopDemo.start(lines::add, Patient.class)) {
            demo.play();
        }
        assertThat(lines)
                .containsExactly(
                        "one apple is sold: committed; orders 1, apples 9",
                        "more apples than there are: rolled back; orders 1, apples 9",
                        "an exception after both were written: rolled back; orders 1, apples 9",
                        "PostgreSQL is killed before the commit: rolled back; orders 1, apples 9");
    }

    /** On a machine that does much else, a vote may take its time; a rollback without PostgreSQL takes as long. */
    @Configuration(proxyBeanMethods = false)
    static class Patient {
        @Bean
        XaEngineCustomizer patience() {
            return engine -> engine.settings(
                    XaSettings.standard().withTimeout(Duration.ofMinutes(2)).withPrepareBudget(Duration.ofSeconds(12)));
        }
    }
}
