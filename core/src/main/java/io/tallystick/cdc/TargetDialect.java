package io.tallystick.cdc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Locale;

/** What differs between the databases that rows are written to, as values. Immutable. */
public enum TargetDialect {
    POSTGRESQL('"'),
    MARIADB('`'),
    MYSQL('`'),
    H2('"'),
    /** Any other database with a JDBC driver: standard SQL and nothing more. */
    STANDARD('"');

    /** The first number that PostgreSQL gives to types that users create (FirstNormalObjectId in access/transam.h). */
    private static final long FIRST_OF_USERS = 16_384;

    private final char quote;

    TargetDialect(char quote) {
        this.quote = quote;
    }

    /** The dialect of an open connection, from the product name and version that the server reports. */
    public static TargetDialect of(Connection connection) throws SQLException {
        var meta = connection.getMetaData();
        // a MySQL driver calls a MariaDB server "MySQL" and tells the truth only in the version
        String both = (meta.getDatabaseProductName() + " " + meta.getDatabaseProductVersion()).toLowerCase(Locale.ROOT);
        if (both.contains("mariadb")) {
            return MARIADB;
        }
        if (both.contains("mysql")) {
            return MYSQL;
        }
        if (both.startsWith("postgresql")) {
            return POSTGRESQL;
        }
        return both.startsWith("h2") ? H2 : STANDARD;
    }

    public boolean isMySqlFamily() {
        return this == MARIADB || this == MYSQL;
    }

    /** A name in the database's own quotes, so that every name can be used as it is spelt. */
    public String quote(String name) {
        return quote + name.replace(String.valueOf(quote), String.valueOf(quote) + quote) + quote;
    }

    /** A table's full name, quoted. */
    public String quote(TableName table) {
        return quote(table.schema()) + "." + quote(table.table());
    }

    /** Where the value of this column stands in a statement. */
    public String placeholder(TargetColumn column) {
        if (this == POSTGRESQL && column.kind() == ValueKind.OTHER && column.nativeType() >= FIRST_OF_USERS) {
            // in a comparison the server would take a text for a composite type without a name
            return "?::" + column.type();
        }
        // H2 would take a string for a JSON string instead of for a document
        return this == H2 && column.kind() == ValueKind.JSON ? "? FORMAT JSON" : "?";
    }
}
