package io.tallystick.mysql;

import com.zaxxer.hikari.HikariConfig;
import io.tallystick.jdbc.CandidPool;
import io.tallystick.jdbc.ConnectionSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.Properties;
import org.mariadb.jdbc.Driver;

/** Opens pools for MariaDB and MySQL. The pool starts while the database is away and heals by itself; closing it is the caller's. */
public final class MySqlDataSources {

    private static final String MARIADB = "jdbc:mariadb:";
    private static final String MYSQL = "jdbc:mysql:";

    private MySqlDataSources() {}

    /** Whether this URL is for MariaDB or MySQL. */
    public static boolean accepts(String url) {
        return url.startsWith(MARIADB) || url.startsWith(MYSQL);
    }

    /**
     * A pool of connections in UTC, READ COMMITTED, without autocommit. Update counts are rows found, as on PostgreSQL, so that a
     * compare-and-set which changes nothing still counts as done.
     *
     * @throws IllegalArgumentException when the URL is for another database
     */
    public static CandidPool open(ConnectionSettings settings) {
        if (!accepts(settings.url())) {
            throw new IllegalArgumentException("expected a URL that begins with " + MARIADB + " or " + MYSQL
                    + ", found " + settings + "; other databases open elsewhere");
        }
        HikariConfig pool = CandidPool.config(settings, "mysql");
        pool.setAutoCommit(false);
        // set once for each connection: the servers' own default is REPEATABLE READ, whose gap locks deadlock inserts
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        DatabaseUrl url = forDriver(settings);
        Properties driver = driver(settings);
        driver.putAll(url.properties());
        pool.setDataSourceProperties(driver);
        return CandidPool.open(pool, url.url());
    }

    /**
     * One connection outside of a pool, set up like those of {@link #open}, but with autocommit; closing it is the caller's.
     *
     * @param more further properties of the driver, which win over ours
     */
    public static Connection connect(ConnectionSettings settings, Map<String, String> more) throws SQLException {
        Properties driver = driver(settings);
        driver.setProperty("user", settings.user());
        driver.setProperty("password", settings.password());
        DatabaseUrl url = forDriver(settings);
        driver.putAll(url.properties());
        driver.putAll(more);
        Connection connection = new Driver().connect(url.url(), driver);
        if (connection == null) {
            throw new IllegalArgumentException(
                    "expected a URL that begins with " + MARIADB + " or " + MYSQL + ", found " + settings);
        }
        return connection;
    }

    /** The driver knows itself by one name; people are told the URL that they wrote. */
    private static DatabaseUrl forDriver(ConnectionSettings settings) {
        return DatabaseUrl.of(settings.url().replaceFirst("^" + MYSQL, MARIADB));
    }

    private static Properties driver(ConnectionSettings settings) {
        Properties driver = new Properties();
        driver.setProperty(
                "connectTimeout", Long.toString(settings.timeouts().connect().toMillis()));
        driver.setProperty(
                "socketTimeout", Long.toString(settings.timeouts().answer().toMillis()));
        driver.setProperty("tcpKeepAlive", "true");
        driver.setProperty("useServerPrepStmts", "true");
        driver.setProperty("cachePrepStmts", "true");
        driver.setProperty("prepStmtCacheSize", "250");
        driver.setProperty("useAffectedRows", "false");
        driver.setProperty("connectionAttributes", "program_name:" + settings.applicationName());
        long lockSeconds =
                Math.max(1, settings.timeouts().lock().plusMillis(999).toSeconds());
        driver.setProperty("sessionVariables", "time_zone='+00:00',innodb_lock_wait_timeout=" + lockSeconds);
        if (settings.tlsMode() != null) {
            driver.setProperty("sslMode", settings.tlsMode());
        }
        if (!DatabaseUrl.isAscii(settings.user()) && !settings.url().contains("socketFactory=")) {
            driver.setProperty("socketFactory", Utf8Login.class.getName());
        }
        return driver;
    }
}
