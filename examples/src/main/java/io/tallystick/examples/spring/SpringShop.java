package io.tallystick.examples.spring;

import io.tallystick.xa.XaEngine;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * The application. The starter brings the engine, its recovery, Spring's JtaTransactionManager on it, and the DataSource that the properties
 * name; the template is Spring Boot's.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
class SpringShop {

    @Bean
    Sales sales(JdbcTemplate orders, XaEngine engine) {
        return new Sales(orders, new JdbcTemplate(engine.dataSource("stock")));
    }
}
