package io.tallystick.cdc.type;

import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.ValueKind;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Writes the CREATE TABLE for a target that has no such table yet: the same types for the same product, else the smallest type of
 * the target that holds every value. The log says nothing of defaults, checks and foreign keys; what it names as the key becomes
 * the primary key. Immutable, safe for all threads.
 */
public final class TableMaker {

    /** Longest text that a key of MariaDB and MySQL takes with room for a second column, in characters of four bytes. */
    private static final int KEY_TEXT = 255;

    private final TargetDialect dialect;
    private final boolean sameEngine;

    /** @param sameEngine whether the source is a database of the same product, so that its spelling of types can be used */
    public TableMaker(TargetDialect dialect, boolean sameEngine) {
        this.dialect = dialect;
        this.sameEngine = sameEngine;
    }

    /**
     * The statement.
     *
     * @throws IllegalArgumentException when the source's table has no key: its rows could not be found again
     */
    public String create(SourceTable source, TableName target) {
        List<String> keys = new ArrayList<>();
        List<String> lines = new ArrayList<>();
        for (SourceColumn column : source.columns()) {
            String name = dialect.quote(column.name());
            lines.add("  " + name + " " + type(column) + (column.key() ? " NOT NULL" : ""));
            if (column.key()) {
                keys.add(name);
            }
        }
        if (keys.isEmpty()) {
            throw new IllegalArgumentException(source.name()
                    + " has no replica identity, so a copy of it would have no key; give it a primary key first");
        }
        lines.add("  PRIMARY KEY (" + String.join(", ", keys) + ")");
        return "CREATE TABLE " + dialect.quote(target)
                + lines.stream().collect(Collectors.joining(",\n", " (\n", "\n)"));
    }

    /** The statement that adds a column to a table that is there; it takes NULL, for rows that came before it. */
    public String addColumn(SourceColumn column, TableName target) {
        return "ALTER TABLE " + dialect.quote(target) + " ADD COLUMN " + dialect.quote(column.name()) + " "
                + type(column);
    }

    private String type(SourceColumn column) {
        String declared = column.type().declared();
        if (sameEngine) {
            return declared;
        }
        DeclaredType from = DeclaredType.of(declared);
        return switch (column.type().kind()) {
            case BOOLEAN -> "boolean";
            case INTEGER -> integer(from);
            case DECIMAL -> decimal(from);
            case FLOAT -> from.isSingle() ? "real" : dialect.isMySqlFamily() ? "double" : "double precision";
            case TEXT, ENUM, SET, OTHER -> text(column, from);
            case BYTES -> bytes(column, from);
            case DATE -> "date";
            case TIME -> dialect == TargetDialect.POSTGRESQL ? "interval" : "time(6)";
            case TIMESTAMP -> dialect.isMySqlFamily() ? "datetime(6)" : "timestamp(6)";
            case INSTANT -> dialect.isMySqlFamily() ? "datetime(6)" : "timestamp(6) with time zone";
            case INTERVAL -> dialect == TargetDialect.POSTGRESQL ? "interval" : "varchar(100)";
            case UUID -> dialect == TargetDialect.MYSQL || dialect == TargetDialect.STANDARD ? "char(36)" : "uuid";
            case JSON -> json();
            case BITS -> dialect == TargetDialect.POSTGRESQL ? "bit varying" : "varchar(64)";
        };
    }

    private String integer(DeclaredType from) {
        if (from.unsigned() && from.bits() == 64) {
            return dialect.isMySqlFamily() ? "bigint unsigned" : "numeric(20)";
        }
        int bits = from.unsigned() ? from.bits() + 1 : from.bits();
        return bits <= 16 ? "smallint" : bits <= 32 ? "integer" : "bigint";
    }

    private String decimal(DeclaredType from) {
        if (from.length() >= 0) {
            int scale = Math.max(0, from.scale());
            return "decimal(" + Math.max(scale, from.wholeDigits() + scale) + "," + scale + ")";
        }
        // without a declared size: the largest that the target has
        return switch (dialect) {
            case POSTGRESQL -> "numeric";
            case MARIADB, MYSQL -> "decimal(65,30)";
            case H2 -> "decfloat";
            case STANDARD -> "decimal(38,10)";
        };
    }

    private String text(SourceColumn column, DeclaredType from) {
        boolean sized = column.type().kind() == ValueKind.TEXT && from.length() > 0;
        if (dialect == TargetDialect.POSTGRESQL) {
            return sized ? "varchar(" + from.length() + ")" : "text";
        }
        int length = sized ? from.length() : column.key() || dialect == TargetDialect.STANDARD ? KEY_TEXT : 0;
        if (dialect.isMySqlFamily() && (length == 0 || length > 16_000)) {
            return "longtext";
        }
        return length == 0 ? "varchar" : "varchar(" + length + ")";
    }

    private String bytes(SourceColumn column, DeclaredType from) {
        if (dialect == TargetDialect.POSTGRESQL) {
            return "bytea";
        }
        if (dialect.isMySqlFamily()) {
            return column.key() ? "varbinary(" + (from.length() > 0 ? from.length() : KEY_TEXT) + ")" : "longblob";
        }
        return from.length() > 0
                ? "varbinary(" + from.length() + ")"
                : dialect == TargetDialect.H2 ? "varbinary" : "blob";
    }

    private String json() {
        return switch (dialect) {
            case POSTGRESQL -> "jsonb";
            case MARIADB, MYSQL, H2 -> "json";
            case STANDARD -> "clob";
        };
    }
}
