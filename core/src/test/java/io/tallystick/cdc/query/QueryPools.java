package io.tallystick.cdc.query;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.testkit.db.TestDatabase;
import javax.sql.DataSource;

/** Connections as a pipeline's pool opens them: to MariaDB and MySQL in UTC. */
final class QueryPools {

    private QueryPools() {}

    static DataSource of(TestDatabase db) {
        HikariDataSource pool = open(db);
        // each source closes its pool, the tests go on
        return new KeptOpen(pool);
    }

    private static HikariDataSource open(TestDatabase db) {
        HikariDataSource pool = new HikariDataSource();
        pool.setDataSource(db.dataSource());
        pool.setMaximumPoolSize(4);
        pool.setMinimumIdle(0);
        if (db.engine().isMySqlFamily()) {
            pool.setConnectionInitSql("SET time_zone = '+00:00'");
        }
        return pool;
    }
}
