package io.tallystick.testkit.db;

import java.util.Locale;

/** The databases that the test kit can start. */
public enum Engine {
    /** PostgreSQL 18. */
    POSTGRESQL("POSTGRES"),
    /** MariaDB 11.4. */
    MARIADB("MARIADB"),
    /** MySQL 8.0, spoken to through the MariaDB driver. */
    MYSQL("MYSQL");

    private final String environmentName;

    Engine(String environmentName) {
        this.environmentName = environmentName;
    }

    /** True for MariaDB and MySQL, which share a wire protocol and most of their SQL. */
    public boolean isMySqlFamily() {
        return this != POSTGRESQL;
    }

    /** The environment variable that points tests at somebody's own server, for example {@code TALLY_TEST_MYSQL_URL}. */
    String environmentVariable(String part) {
        return "TALLY_TEST_" + environmentName + "_" + part;
    }

    String lowerCase() {
        return name().toLowerCase(Locale.ROOT);
    }
}
