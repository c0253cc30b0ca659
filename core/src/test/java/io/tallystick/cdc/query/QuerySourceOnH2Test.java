package io.tallystick.cdc.query;

import java.util.Locale;
import org.h2.jdbcx.JdbcDataSource;

/** H2 stands for every database with a JDBC driver that we do not know by name. */
class QuerySourceOnH2Test extends QuerySourceContract {

    QuerySourceOnH2Test() {
        super(database(), "PUBLIC", "timestamp(6)");
    }

    private static JdbcDataSource database() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:query;DB_CLOSE_DELAY=-1");
        return database;
    }

    @Override
    String spelt(String name) {
        return name.toUpperCase(Locale.ROOT);
    }
}
