package io.tallystick.cdc;

/**
 * A table as its database spells it, without quotes.
 *
 * @param schema PostgreSQL's schema; MariaDB's and MySQL's database
 */
public record TableName(String schema, String table) {

    /** Reads {@code schema.table}; a dot inside a name is not supported by this form. */
    public static TableName parse(String text) {
        int dot = text.indexOf('.');
        if (dot <= 0 || dot != text.lastIndexOf('.') || dot == text.length() - 1) {
            throw new IllegalArgumentException("expected schema.table, found '" + text + "'");
        }
        return new TableName(text.substring(0, dot), text.substring(dot + 1));
    }

    @Override
    public String toString() {
        return schema + "." + table;
    }
}
