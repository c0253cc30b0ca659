package io.tallystick.cdc;

/**
 * What a source's column holds and how its log writes a cell of it. Each engine has its own implementation, immutable
 * and with value equality: two equal types write equal values as equal bytes, so that a writer of the same engine may
 * copy a cell undecoded.
 */
public interface ColumnType {

    /** As the source's DDL spells it, for instance {@code numeric(12,2)} or {@code bigint unsigned}. */
    String declared();

    ValueKind kind();

    /** The character set of a text, by the source's name for it; empty where it is all of Unicode, or no text. */
    default String characterSet() {
        return "";
    }

    /**
     * The value of one cell as the Java type of {@link #kind()}, or a {@link SpecialValue}.
     *
     * @param text whether the log wrote this cell as text (PostgreSQL does for types without a binary form)
     * @throws io.tallystick.jdbc.CorruptionException when the bytes are no value of this type
     */
    Object value(byte[] bytes, int offset, int length, boolean text);
}
