package io.tallystick.postgres;

import com.zaxxer.hikari.HikariConfig;
import io.tallystick.jdbc.CandidPool;
import io.tallystick.jdbc.ConnectionSettings;
import java.time.Duration;
import java.util.List;
import java.util.Properties;

/** Opens pools for PostgreSQL. The pool starts while the database is away and heals by itself; closing it is the caller's. */
public final class PostgresDataSources {

    private static final String SCHEME = "jdbc:postgresql:";

    private PostgresDataSources() {}

    /** Whether this URL is for PostgreSQL. */
    public static boolean accepts(String url) {
        return url.startsWith(SCHEME);
    }

    /**
     * A pool of connections in UTC, READ COMMITTED, without autocommit.
     *
     * @throws IllegalArgumentException when the URL is not for PostgreSQL
     */
    public static CandidPool open(ConnectionSettings settings) {
        if (!accepts(settings.url())) {
            throw new IllegalArgumentException("expected a URL that begins with " + SCHEME + ", found " + settings
                    + "; other databases open elsewhere");
        }
        HikariConfig pool = CandidPool.config(settings, "postgres");
        pool.setAutoCommit(false);
        // set once for each connection: then no transaction has to ask or set it
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        pool.setConnectionInitSql("SELECT set_config('TimeZone', 'UTC', false), set_config('lock_timeout', '"
                + settings.timeouts().lock().toMillis() + "', false)");
        pool.setDataSourceProperties(driver(settings));
        return CandidPool.open(pool);
    }

    private static Properties driver(ConnectionSettings settings) {
        Properties driver = new Properties();
        driver.setProperty("connectTimeout", seconds(settings.timeouts().connect()));
        driver.setProperty("socketTimeout", seconds(settings.timeouts().answer()));
        driver.setProperty("tcpKeepAlive", "true");
        driver.setProperty("ApplicationName", settings.applicationName());
        driver.setProperty("reWriteBatchedInserts", "true");
        if (settings.tlsMode() != null) {
            driver.setProperty("sslmode", settings.tlsMode());
        }
        if (severalHosts(settings.url()) && !settings.url().contains("targetServerType=")) {
            // with several hosts the driver takes any by default, a standby too
            driver.setProperty("targetServerType", "primary");
        }
        return driver;
    }

    private static boolean severalHosts(String url) {
        return List.of(url.split("[?]", 2)).get(0).contains(",");
    }

    private static String seconds(Duration duration) {
        return Long.toString(Math.max(1, duration.plusMillis(999).toSeconds()));
    }
}
