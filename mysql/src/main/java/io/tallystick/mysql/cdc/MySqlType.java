package io.tallystick.mysql.cdc;

import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.ValueKind;
import io.tallystick.jdbc.CorruptionException;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * The type of a column of MariaDB or MySQL. Equal types write equal values as equal bytes; the display width of numbers and what a
 * column's name, default or check says are no part of it. A cell is what the binary log holds between its length and the next cell
 * or, as text, what a query's answer would hold in UTF-8.
 *
 * @param size bytes at most for text and bytes, digits for DECIMAL, bits for BIT, else 0
 * @param scale digits behind the point of DECIMAL, of the seconds for times, else 0
 * @param characterSet the server's name of it for text, else empty
 * @param labels those of ENUM and SET, in their order, else empty
 */
record MySqlType(ColumnForm form, int size, int scale, boolean unsigned, String characterSet, List<String> labels)
        implements ColumnType {

    MySqlType {
        labels = List.copyOf(labels);
    }

    static MySqlType plain(ColumnForm form) {
        return new MySqlType(form, 0, 0, false, "", List.of());
    }

    static MySqlType sized(ColumnForm form, int size) {
        return new MySqlType(form, size, 0, false, "", List.of());
    }

    @Override
    public String declared() {
        return switch (form) {
            case TINYINT, SMALLINT, MEDIUMINT, INT, BIGINT, FLOAT, DOUBLE -> word() + (unsigned ? " unsigned" : "");
            case DECIMAL -> "decimal(" + size + "," + scale + ")" + (unsigned ? " unsigned" : "");
            case BIT, BINARY, VARBINARY -> word() + "(" + size + ")";
            case COMPRESSED_VARCHAR -> "varchar(" + size / CharacterSets.widest(characterSet) + ") compressed";
            case COMPRESSED_VARBINARY -> "varbinary(" + size + ") compressed";
            case COMPRESSED_TEXT -> prefix() + "text compressed";
            case COMPRESSED_BLOB -> prefix() + "blob compressed";
            case TIME, DATETIME, TIMESTAMP -> scale == 0 ? word() : word() + "(" + scale + ")";
            case CHAR, VARCHAR -> word() + "(" + size / CharacterSets.widest(characterSet) + ")";
            case TEXT -> prefix() + "text";
            case BLOB -> prefix() + "blob";
            case JSON_TEXT -> "json";
            case OLD_TIME, OLD_DATETIME, OLD_TIMESTAMP -> word().substring(4);
            case ENUM, SET ->
                labels.stream()
                        .map(label -> "'" + label.replace("'", "''") + "'")
                        .collect(Collectors.joining(",", word() + "(", ")"));
            default -> word();
        };
    }

    @Override
    public ValueKind kind() {
        return form.kind();
    }

    @Override
    public Object value(byte[] bytes, int offset, int length, boolean text) {
        try {
            return text ? TextCells.value(this, bytes, offset, length) : LogCells.value(this, bytes, offset, length);
        } catch (IndexOutOfBoundsException | IllegalArgumentException | java.time.DateTimeException broken) {
            throw new CorruptionException(
                    length + " bytes are no value of type " + declared() + " (" + (text ? "text" : "log") + " form)",
                    broken);
        }
    }

    private String word() {
        return form.name().toLowerCase(Locale.ROOT);
    }

    /** TEXT and BLOB have four sizes that differ in the bytes of their length. */
    private String prefix() {
        return switch (size) {
            case 1 -> "tiny";
            case 3 -> "medium";
            case 4 -> "long";
            default -> "";
        };
    }

    @Override
    public String toString() {
        return declared();
    }
}
