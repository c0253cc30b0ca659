package io.tallystick.testkit.db;

import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.mariadb.jdbc.MariaDbDataSource;

/** What MariaDB and MySQL have in common. */
sealed interface MySqlFamily extends Recipe permits MariaDbRecipe, MySqlRecipe {
    /** Written into the template, so that a replica made from it already knows the user. */
    String CREATE_USER = "CREATE USER '%1$s'@'%%' IDENTIFIED BY '%1$s';%n".formatted(Recipe.USER)
            + "GRANT ALL PRIVILEGES ON *.* TO '%1$s'@'%%' WITH GRANT OPTION;%n".formatted(Recipe.USER)
            + "CREATE DATABASE tally;%n".formatted();

    static Map<String, String> settings(Path home, Path data, int port, ServerSpec spec) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("basedir", home.toString());
        settings.put("datadir", data.toString());
        settings.put("lc-messages-dir", home.resolve("share").toString());
        settings.put("port", Integer.toString(port));
        settings.put("bind-address", "127.0.0.1");
        // relative to the data directory: an absolute path may exceed the 107 bytes of a socket address
        settings.put("socket", "server.sock");
        settings.put("pid-file", "server.pid");
        // a server that starts deletes the temporary tables of all others that share its directory for them
        settings.put("tmpdir", data.toString());
        settings.put("server-id", Integer.toString(spec.serverId()));
        settings.put("log-bin", "binlog");
        settings.put("binlog-format", "ROW");
        settings.put("binlog-row-metadata", "FULL");
        settings.put("sync-binlog", "1");
        settings.put("innodb-flush-log-at-trx-commit", "1");
        settings.put("innodb-buffer-pool-size", "64M");
        settings.put("max-connections", "200");
        settings.put("character-set-server", "utf8mb4");
        settings.put("default-time-zone", "+00:00");
        settings.put("skip-name-resolve", "");
        // MariaDB otherwise makes a new RSA certificate at every start, which takes seconds
        settings.put("skip-ssl", "");
        return settings;
    }

    static List<String> command(Path program, Map<String, String> settings, ServerSpec spec) {
        settings.putAll(spec.settings());
        List<String> command = new ArrayList<>(List.of(program.toString(), "--no-defaults"));
        if (Commands.isRoot()) {
            command.add("--user=root");
        }
        settings.forEach((name, value) -> command.add("--" + name + (value.isEmpty() ? "" : "=" + value)));
        return command;
    }

    @Override
    default String stopSignal() {
        return "TERM";
    }

    @Override
    default String abandonSignal() {
        return "KILL";
    }

    @Override
    default void removeRemains(Path data) {
        // nothing outside the data directory
    }

    @Override
    default String firstDatabase() {
        return "tally";
    }

    @Override
    default String url(String host, int port, String database) {
        return "jdbc:mariadb://" + host + ":" + port + "/" + database;
    }

    @Override
    default DataSource dataSource(String url, String user, String password) {
        try {
            MariaDbDataSource source = new MariaDbDataSource(url);
            source.setUser(user);
            source.setPassword(password);
            return source;
        } catch (SQLException e) {
            throw new TestDatabaseException("JDBC URL not understood by the MariaDB driver: " + url, e);
        }
    }

    @Override
    default String dropDatabase(String database) {
        return "DROP DATABASE IF EXISTS " + database;
    }
}
