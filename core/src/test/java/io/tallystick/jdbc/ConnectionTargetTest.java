package io.tallystick.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** Which database a message means: its URL, without what must not be in a log. */
class ConnectionTargetTest {

    private static final String URL = "jdbc:postgresql://db1:5432/orders";

    @Test
    void a_pool_is_named_by_the_url_that_it_was_given() {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl(URL + "?user=tally&password=secret");
            assertThat(ConnectionTarget.of(pool)).isEqualTo(URL);
        }
    }

    @Test
    void a_pool_around_a_data_source_is_named_by_the_url_of_that() {
        PGSimpleDataSource orders = new PGSimpleDataSource();
        orders.setUrl(URL + "?user=tally&password=secret");
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setDataSource(orders);
            assertThat(ConnectionTarget.of(pool)).isEqualTo(URL);
        }
    }
}
