package io.tallystick.postgres.cdc;

import io.tallystick.cdc.TableName;

/** Names and texts inside statements. Stateless. */
final class Sql {

    private Sql() {}

    static String name(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    static String name(TableName table) {
        return name(table.schema()) + "." + name(table.table());
    }

    /** For sessions with {@code standard_conforming_strings}, which is PostgreSQL's default. */
    static String text(String text) {
        return "'" + text.replace("'", "''") + "'";
    }
}
