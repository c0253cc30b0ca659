package io.tallystick.mysql.cdc;

import io.tallystick.jdbc.RejectedException;

/**
 * The numbers of column types on the wire (enum_field_types), what the log says about each beside its number, and how many bytes a
 * cell takes. Stateless.
 */
final class WireType {

    static final int TINY = 1;
    static final int SHORT = 2;
    static final int LONG = 3;
    static final int FLOAT = 4;
    static final int DOUBLE = 5;
    static final int TIMESTAMP = 7;
    static final int LONGLONG = 8;
    static final int INT24 = 9;
    static final int DATE = 10;
    static final int TIME = 11;
    static final int DATETIME = 12;
    static final int YEAR = 13;
    static final int VARCHAR = 15;
    static final int BIT = 16;
    static final int TIMESTAMP2 = 17;
    static final int DATETIME2 = 18;
    static final int TIME2 = 19;
    static final int BLOB_COMPRESSED = 140;
    static final int VARCHAR_COMPRESSED = 141;
    static final int VECTOR = 242;
    static final int JSON = 245;
    static final int NEWDECIMAL = 246;
    static final int ENUM = 247;
    static final int SET = 248;
    static final int BLOB = 252;
    static final int VAR_STRING = 253;
    static final int STRING = 254;
    static final int GEOMETRY = 255;

    private WireType() {}

    /** The metadata of each column, brought to one form: bytes at most, or first byte × 256 + second byte, or what there is. */
    static int[] metas(int[] types, LogBytes in) {
        int[] metas = new int[types.length];
        for (int i = 0; i < types.length; i++) {
            metas[i] = switch (types[i]) {
                case FLOAT, DOUBLE, BLOB, BLOB_COMPRESSED, JSON, GEOMETRY, VECTOR, TIMESTAMP2, DATETIME2, TIME2 ->
                    in.u8();
                case VARCHAR, VARCHAR_COMPRESSED -> in.u16();
                case STRING, ENUM, SET, NEWDECIMAL, VAR_STRING -> in.u8() << 8 | in.u8();
                case BIT -> in.u8() + 8 * in.u8();
                default -> 0;
            };
        }
        return metas;
    }

    /** ENUM and SET travel as STRING, with their own number in its metadata. */
    static int real(int type, int meta) {
        if (type != STRING) {
            return type;
        }
        int number = meta >> 8;
        return number == ENUM || number == SET ? number : STRING;
    }

    /** The most bytes of a CHAR or BINARY: two bits of the length hide, turned over, in the type's number. */
    static int stringSize(int meta) {
        return ((meta >> 8 & 0x30) ^ 0x30) << 4 | meta & 0xff;
    }

    static boolean isNumeric(int type) {
        return switch (type) {
            case TINY, SHORT, INT24, LONG, LONGLONG, NEWDECIMAL, FLOAT, DOUBLE, YEAR -> true;
            default -> false;
        };
    }

    static boolean isCharacter(int type, int meta) {
        return switch (type) {
            case VARCHAR, VAR_STRING, BLOB, VARCHAR_COMPRESSED, BLOB_COMPRESSED -> true;
            case STRING -> real(type, meta) == STRING;
            default -> false;
        };
    }

    static boolean isLabelled(int type, int meta) {
        int real = real(type, meta);
        return real == ENUM || real == SET;
    }

    /** Bytes of the length before a cell, 0 when all cells are of one size. */
    static int lengthBytes(int type, int meta) {
        return switch (type) {
            case VARCHAR, VAR_STRING, VARCHAR_COMPRESSED -> meta > 255 ? 2 : 1;
            case BLOB, BLOB_COMPRESSED, JSON, GEOMETRY, VECTOR -> meta;
            case STRING -> real(type, meta) != STRING ? 0 : stringSize(meta) > 255 ? 2 : 1;
            default -> 0;
        };
    }

    /** Bytes of a cell when all are of one size. */
    static int fixedSize(int type, int meta) {
        return switch (type) {
            case TINY, YEAR -> 1;
            case SHORT -> 2;
            case INT24, DATE, TIME -> 3;
            case LONG, FLOAT, TIMESTAMP -> 4;
            case LONGLONG, DOUBLE, DATETIME -> 8;
            case NEWDECIMAL -> LogCells.decimalSize(meta >> 8, meta & 0xff);
            case BIT -> (meta + 7) / 8;
            case TIMESTAMP2 -> 4 + TimeCells.fractionBytes(meta);
            case DATETIME2 -> 5 + TimeCells.fractionBytes(meta);
            case TIME2 -> 3 + TimeCells.fractionBytes(meta);
            case STRING, ENUM, SET -> meta & 0xff;
            default ->
                throw new RejectedException("the log holds a column of type number " + type
                        + ", which is not known; leave the table out, or change the column's type");
        };
    }

    /** What a column of this type number holds; whether it is text or bytes, the character set says. */
    static MySqlType type(int type, int meta, boolean unsigned, String characterSet, java.util.List<String> labels) {
        boolean binary = characterSet.equals(CharacterSets.BINARY);
        return switch (real(type, meta)) {
            case TINY -> number(ColumnForm.TINYINT, unsigned);
            case SHORT -> number(ColumnForm.SMALLINT, unsigned);
            case INT24 -> number(ColumnForm.MEDIUMINT, unsigned);
            case LONG -> number(ColumnForm.INT, unsigned);
            case LONGLONG -> number(ColumnForm.BIGINT, unsigned);
            case FLOAT -> number(ColumnForm.FLOAT, unsigned);
            case DOUBLE -> number(ColumnForm.DOUBLE, unsigned);
            case NEWDECIMAL -> new MySqlType(ColumnForm.DECIMAL, meta >> 8, meta & 0xff, unsigned, "", labels);
            case YEAR -> MySqlType.plain(ColumnForm.YEAR);
            case DATE -> MySqlType.plain(ColumnForm.DATE);
            case TIME -> MySqlType.plain(ColumnForm.OLD_TIME);
            case DATETIME -> MySqlType.plain(ColumnForm.OLD_DATETIME);
            case TIMESTAMP -> MySqlType.plain(ColumnForm.OLD_TIMESTAMP);
            case TIME2 -> new MySqlType(ColumnForm.TIME, 0, meta, false, "", labels);
            case DATETIME2 -> new MySqlType(ColumnForm.DATETIME, 0, meta, false, "", labels);
            case TIMESTAMP2 -> new MySqlType(ColumnForm.TIMESTAMP, 0, meta, false, "", labels);
            case BIT -> MySqlType.sized(ColumnForm.BIT, meta);
            case JSON -> MySqlType.plain(ColumnForm.JSON);
            case GEOMETRY -> MySqlType.plain(ColumnForm.GEOMETRY);
            case VECTOR -> MySqlType.plain(ColumnForm.VECTOR);
            case ENUM -> new MySqlType(ColumnForm.ENUM, 0, 0, false, characterSet, labels);
            case SET -> new MySqlType(ColumnForm.SET, 0, 0, false, characterSet, labels);
            case STRING -> text(binary ? ColumnForm.BINARY : ColumnForm.CHAR, stringSize(meta), characterSet);
            case VARCHAR, VAR_STRING -> text(binary ? ColumnForm.VARBINARY : ColumnForm.VARCHAR, meta, characterSet);
            case BLOB -> text(binary ? ColumnForm.BLOB : ColumnForm.TEXT, meta, characterSet);
            // one byte more for the header of a compressed cell
            case VARCHAR_COMPRESSED ->
                text(binary ? ColumnForm.COMPRESSED_VARBINARY : ColumnForm.COMPRESSED_VARCHAR, meta - 1, characterSet);
            case BLOB_COMPRESSED ->
                text(binary ? ColumnForm.COMPRESSED_BLOB : ColumnForm.COMPRESSED_TEXT, meta, characterSet);
            default ->
                throw new RejectedException("the log holds a column of type number " + type
                        + ", which is not known; leave the table out, or change the column's type");
        };
    }

    private static MySqlType number(ColumnForm form, boolean unsigned) {
        return new MySqlType(form, 0, 0, unsigned, "", java.util.List.of());
    }

    private static MySqlType text(ColumnForm form, int size, String characterSet) {
        return new MySqlType(form, size, 0, false, form.isText() ? characterSet : "", java.util.List.of());
    }
}
