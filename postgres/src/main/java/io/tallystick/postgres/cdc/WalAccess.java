package io.tallystick.postgres.cdc;

import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.SqlErrors;
import io.tallystick.jdbc.UnavailableException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;
import java.util.UUID;
import org.postgresql.Driver;
import org.postgresql.ds.PGSimpleDataSource;

/** Opens connections to a source: ordinary ones and those that read the log. Keeps none. Thread-safe. */
final class WalAccess {

    /**
     * Whatever is written as text must be read alike everywhere, whatever the server's settings; and where row-level security would hide
     * rows from a copy that the log has, the copy fails instead.
     */
    private static final String TEXT_FORMS = """
            SET datestyle = 'ISO, YMD'; SET intervalstyle = iso_8601; SET bytea_output = hex; SET extra_float_digits = 3;
            SET timezone = 'UTC'; SET row_security = off; SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0""";

    private final ConnectionSettings settings;
    private final Jdbc jdbc;

    WalAccess(ConnectionSettings settings) {
        this.settings = settings;
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(settings.url());
        driver().forEach((name, value) -> set(source, (String) name, (String) value));
        this.jdbc = Jdbc.on(source, Dialect.POSTGRESQL);
    }

    /** Each transaction has a connection of its own. */
    Jdbc jdbc() {
        return jdbc;
    }

    ConnectionSettings settings() {
        return settings;
    }

    /** An ordinary connection, for the caller to close, with values spelt the same whatever the server's settings. */
    Connection ordinary() {
        try {
            Connection connection = jdbc.dataSource().getConnection();
            try (Statement statement = connection.createStatement()) {
                statement.execute(TEXT_FORMS);
            }
            return connection;
        } catch (SQLException e) {
            throw failed(e, "connecting to " + name());
        }
    }

    /** A connection that can read the log. */
    WalConnection wal() {
        Properties driver = driver();
        driver.setProperty("replication", "database");
        driver.setProperty("assumeMinServerVersion", "14");
        driver.setProperty("preferQueryMode", "simple");
        driver.setProperty("gssEncMode", "disable");
        try (KeptSocket kept = KeptSocket.in(driver, UUID.randomUUID().toString())) {
            Connection connection = new Driver().connect(settings.url(), driver);
            if (connection == null) {
                throw new UnavailableException(
                        "the driver does not know " + name() + "; begin it with jdbc:postgresql:");
            }
            try (Statement statement = connection.createStatement()) {
                statement.execute(TEXT_FORMS);
            }
            return new WalConnection(connection, kept.socket(), this);
        } catch (SQLException e) {
            throw failed(e, "connecting to " + name() + " to read its log");
        }
    }

    RuntimeException failed(SQLException e, String what) {
        return SqlErrors.translate(e, Dialect.POSTGRESQL, false, what);
    }

    /** The URL without what may be secret. */
    String name() {
        return settings.url().split("[?]", 2)[0];
    }

    private Properties driver() {
        Properties driver = new Properties();
        driver.setProperty("user", settings.user());
        driver.setProperty("password", settings.password());
        driver.setProperty("connectTimeout", seconds(settings.timeouts().connect()));
        driver.setProperty("socketTimeout", seconds(settings.timeouts().answer()));
        driver.setProperty("tcpKeepAlive", "true");
        driver.setProperty("ApplicationName", settings.applicationName());
        if (settings.tlsMode() != null) {
            driver.setProperty("sslmode", settings.tlsMode());
        }
        if (name().contains(",") && !settings.url().contains("targetServerType=")) {
            driver.setProperty("targetServerType", "primary");
        }
        return driver;
    }

    private static void set(PGSimpleDataSource source, String name, String value) {
        try {
            source.setProperty(name, value);
        } catch (SQLException e) {
            throw new IllegalArgumentException("the driver refuses " + name, e);
        }
    }

    private static String seconds(Duration duration) {
        return Long.toString(Math.max(1, duration.plusMillis(999).toSeconds()));
    }
}
