package io.tallystick.bench.contender;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.testkit.db.TestDatabase;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** Where one contender runs: an empty database, the work of the steps, and pools that end with it. Not thread-safe. */
public final class Arena implements AutoCloseable {
    private final TestDatabase database;
    private final Steps steps;
    private final int clients;
    private final List<HikariDataSource> pools = new ArrayList<>();

    public Arena(TestDatabase database, Steps steps, int clients) {
        this.database = database;
        this.steps = steps;
        this.clients = clients;
        database.execute(steps.workload().schema().toArray(String[]::new));
    }

    public TestDatabase database() {
        return database;
    }

    public Steps steps() {
        return steps;
    }

    /** How many clients will call the contender at once. */
    public int clients() {
        return clients;
    }

    /** A pool with every connection open, so that opening them is not measured. */
    public DataSource pool(int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password());
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(30_000);
        HikariDataSource pool = new HikariDataSource(config);
        pools.add(pool);
        return pool;
    }

    @Override
    public void close() {
        pools.forEach(HikariDataSource::close);
    }
}
