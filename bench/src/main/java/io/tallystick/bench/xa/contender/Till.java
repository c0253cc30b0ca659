package io.tallystick.bench.xa.contender;

import io.tallystick.testkit.db.Engine;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import javax.sql.XADataSource;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.xa.PGXADataSource;

/**
 * One of the two databases: where it is reached.
 *
 * @param url without user and password
 */
public record Till(Engine engine, String url, String user, String password) {

    /** Rows of {@code account}. */
    public static final int ACCOUNTS = 10_000;

    boolean isPostgres() {
        return engine == Engine.POSTGRESQL;
    }

    Connection connect() throws SQLException {
        return connect("");
    }

    /** With more in the URL: {@code ?option=value}. */
    Connection connect(String options) throws SQLException {
        return DriverManager.getConnection(url + options, user, password);
    }

    /** The driver's own. */
    public XADataSource xaDataSource() throws SQLException {
        if (isPostgres()) {
            PGXADataSource source = new PGXADataSource();
            source.setUrl(url);
            source.setUser(user);
            source.setPassword(password);
            return source;
        }
        MariaDbDataSource source = new MariaDbDataSource();
        source.setUrl(url);
        source.setUser(user);
        source.setPassword(password);
        return source;
    }
}
