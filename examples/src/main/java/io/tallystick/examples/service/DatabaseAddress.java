package io.tallystick.examples.service;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;

/** Where a database is and who may use it. */
public record DatabaseAddress(String url, String user, String password) {

    /** A pool of at most so many connections; the caller closes it. */
    public HikariDataSource open(int connections) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setUsername(user);
        config.setPassword(password);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(3_000);
        config.setInitializationFailTimeout(10_000);
        return new HikariDataSource(config);
    }

    /** Leaves the password out. */
    @Override
    public String toString() {
        return url;
    }
}
