package io.tallystick.cdc;

import java.sql.Types;
import java.util.Locale;

/** What the values of a target's type are. */
final class TargetKinds {

    private TargetKinds() {}

    static ValueKind of(String type, int jdbcType) {
        String name = type.toLowerCase(Locale.ROOT);
        if (jdbcType == Types.ARRAY || name.endsWith("[]")) {
            return ValueKind.OTHER;
        }
        String word = name.split("[ (]", 2)[0];
        return switch (word) {
            case "json", "jsonb" -> ValueKind.JSON;
            case "uuid" -> ValueKind.UUID;
            case "interval" -> ValueKind.INTERVAL;
            case "enum" -> ValueKind.ENUM;
            case "set" -> ValueKind.SET;
            case "bit", "varbit" -> ValueKind.BITS;
            default -> byJdbcType(jdbcType);
        };
    }

    private static ValueKind byJdbcType(int jdbcType) {
        return switch (jdbcType) {
            case Types.BOOLEAN, Types.BIT -> ValueKind.BOOLEAN;
            case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT -> ValueKind.INTEGER;
            case Types.DECIMAL, Types.NUMERIC -> ValueKind.DECIMAL;
            case Types.REAL, Types.FLOAT, Types.DOUBLE -> ValueKind.FLOAT;
            case Types.CHAR, Types.VARCHAR, Types.LONGVARCHAR, Types.CLOB -> ValueKind.TEXT;
            case Types.NCHAR, Types.NVARCHAR, Types.LONGNVARCHAR, Types.NCLOB -> ValueKind.TEXT;
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> ValueKind.BYTES;
            case Types.DATE -> ValueKind.DATE;
            case Types.TIME -> ValueKind.TIME;
            case Types.TIMESTAMP -> ValueKind.TIMESTAMP;
            case Types.TIMESTAMP_WITH_TIMEZONE -> ValueKind.INSTANT;
            default -> ValueKind.OTHER;
        };
    }
}
