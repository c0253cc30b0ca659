package io.tallystick.cdc;

import io.tallystick.jdbc.Dialect;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.UUID;

/**
 * Which database a connection leads to, told alike by whoever reads it and whoever writes to it. A physical copy of a PostgreSQL server
 * counts as that server; a promoted replica of MariaDB or MySQL is another one.
 *
 * @param server empty when it is not known
 * @param isRead whether others can read what is written there from its log
 */
public record DatabaseIdentity(String server, boolean isRead) {

    /** Of a database that does not tell. */
    public static final DatabaseIdentity UNKNOWN = new DatabaseIdentity("", false);

    private static final int LENGTH = 8;

    /** Asks the database; leaves the transaction as it is. */
    public static DatabaseIdentity of(Connection connection, Dialect dialect) throws SQLException {
        if (dialect.isInnoDb()) {
            return ofInnoDb(connection);
        }
        return dialect == Dialect.POSTGRESQL ? ofPostgres(connection) : UNKNOWN;
    }

    private static DatabaseIdentity ofPostgres(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT system_identifier || '/' || current_database(),"
                        + " current_setting('wal_level') = 'logical' FROM pg_control_system()")) {
            row.next();
            return new DatabaseIdentity(row.getString(1), row.getBoolean(2));
        }
    }

    /** MariaDB's server_uid is made of the network card and the port, which containers share. */
    private static DatabaseIdentity ofInnoDb(Connection connection) throws SQLException {
        StringBuilder server = new StringBuilder();
        boolean logs = false;
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SHOW GLOBAL VARIABLES WHERE Variable_name IN"
                        + " ('hostname', 'log_bin', 'port', 'server_id', 'server_uid', 'server_uuid')")) {
            while (rows.next()) {
                if (rows.getString(1).equalsIgnoreCase("log_bin")) {
                    logs = rows.getString(2).equalsIgnoreCase("ON");
                } else {
                    server.append(rows.getString(1))
                            .append('=')
                            .append(rows.getString(2))
                            .append(' ');
                }
            }
        }
        return new DatabaseIdentity(server.toString(), logs);
    }

    public boolean isKnown() {
        return !server.isEmpty();
    }

    /** A short name for a table of this database; servers may not tell names apart by case. */
    public String place(TableName table) {
        return hash("/" + table);
    }

    /** A short name for a schema of this database. */
    public String place(String schema) {
        return hash("/" + schema + "/");
    }

    private String hash(String within) {
        byte[] name = (server + within.toLowerCase(Locale.ROOT)).getBytes(StandardCharsets.UTF_8);
        return UUID.nameUUIDFromBytes(name).toString().substring(0, LENGTH);
    }
}
