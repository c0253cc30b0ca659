package io.tallystick.mysql.cdc;

import io.tallystick.cdc.ValueKind;

/** Every type that a column of MariaDB or MySQL can have, as far as its cells differ. */
enum ColumnForm {
    TINYINT(ValueKind.INTEGER),
    SMALLINT(ValueKind.INTEGER),
    MEDIUMINT(ValueKind.INTEGER),
    INT(ValueKind.INTEGER),
    BIGINT(ValueKind.INTEGER),
    DECIMAL(ValueKind.DECIMAL),
    FLOAT(ValueKind.FLOAT),
    DOUBLE(ValueKind.FLOAT),
    BIT(ValueKind.BITS),
    YEAR(ValueKind.INTEGER),
    DATE(ValueKind.DATE),
    TIME(ValueKind.TIME),
    DATETIME(ValueKind.TIMESTAMP),
    TIMESTAMP(ValueKind.INSTANT),
    /** The times of servers before MySQL 5.6 and MariaDB 10.1, without fraction; tables keep them until they are rebuilt. */
    OLD_TIME(ValueKind.TIME),
    OLD_DATETIME(ValueKind.TIMESTAMP),
    OLD_TIMESTAMP(ValueKind.INSTANT),
    CHAR(ValueKind.TEXT),
    VARCHAR(ValueKind.TEXT),
    TEXT(ValueKind.TEXT),
    BINARY(ValueKind.BYTES),
    VARBINARY(ValueKind.BYTES),
    BLOB(ValueKind.BYTES),
    /** MariaDB's COMPRESSED columns: a header byte, the length, the deflated value; see {@link CompressedCells}. */
    COMPRESSED_VARCHAR(ValueKind.TEXT),
    COMPRESSED_TEXT(ValueKind.TEXT),
    COMPRESSED_VARBINARY(ValueKind.BYTES),
    COMPRESSED_BLOB(ValueKind.BYTES),
    ENUM(ValueKind.ENUM),
    SET(ValueKind.SET),
    /** MySQL's binary JSON. */
    JSON(ValueKind.JSON),
    /** MariaDB's JSON: a LONGTEXT that is checked by json_valid. */
    JSON_TEXT(ValueKind.JSON),
    /** Four bytes of SRID, then well-known binary. */
    GEOMETRY(ValueKind.BYTES),
    UUID(ValueKind.UUID),
    INET4(ValueKind.OTHER),
    INET6(ValueKind.OTHER),
    VECTOR(ValueKind.OTHER);

    private final ValueKind kind;

    ColumnForm(ValueKind kind) {
        this.kind = kind;
    }

    ValueKind kind() {
        return kind;
    }

    /** Whether cells are text of a character set, which the log states beside the type. */
    boolean isText() {
        return switch (this) {
            case CHAR, VARCHAR, TEXT, COMPRESSED_VARCHAR, COMPRESSED_TEXT, ENUM, SET, JSON_TEXT -> true;
            default -> false;
        };
    }
}
