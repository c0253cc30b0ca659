package io.tallystick.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.regex.Pattern;
import javax.sql.DataSource;

/** Says in a message which database is meant: the URL without user, password and parameters. */
final class ConnectionTarget {

    private static final Pattern SECRET = Pattern.compile("(?<=//)[^/@?]*@|[?;].*");

    private ConnectionTarget() {}

    static String of(DataSource dataSource) {
        if (dataSource instanceof HikariDataSource pool) {
            if (pool.getJdbcUrl() != null) {
                return redacted(pool.getJdbcUrl());
            }
            if (pool.getDataSource() != null) {
                return of(pool.getDataSource());
            }
        }
        for (String getter : new String[] {"getUrl", "getURL"}) {
            try {
                Object url = MethodHandles.publicLookup()
                        .findVirtual(dataSource.getClass(), getter, MethodType.methodType(String.class))
                        .invoke(dataSource);
                if (url != null) {
                    return redacted(url.toString());
                }
            } catch (Throwable notThere) {
                // a data source need not know its URL; the next name, or the class, has to do
                continue;
            }
        }
        return dataSource.getClass().getSimpleName();
    }

    static String redacted(String url) {
        return SECRET.matcher(url).replaceAll("");
    }
}
