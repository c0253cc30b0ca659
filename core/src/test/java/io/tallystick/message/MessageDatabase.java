package io.tallystick.message;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.TestDatabase;

/** A pool on a test database that has the tables of this package. */
final class MessageDatabase {
    private MessageDatabase() {}

    static HikariDataSource pool(TestDatabase db) {
        HikariDataSource pool = new HikariDataSource();
        pool.setDataSource(db.dataSource());
        pool.setMaximumPoolSize(40);
        pool.setMinimumIdle(1);
        Schema.of(Jdbc.on(pool)).install("message");
        return pool;
    }

    /** Breaks every pooled connection that is not in use. */
    static void dropConnections(HikariDataSource pool) {
        pool.getHikariPoolMXBean().softEvictConnections();
    }
}
