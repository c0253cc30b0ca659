package io.tallystick.cdc;

/**
 * What a value is, independent of any database, and the Java type in which {@link ColumnType#value} hands it over.
 * A value that its kind cannot express (infinity, a zero date) comes as {@link SpecialValue}; a date that no calendar has, such as
 * 2024-00-15 of MariaDB and MySQL, as its text.
 */
public enum ValueKind {
    /** {@link Boolean}. */
    BOOLEAN,
    /** {@link Long}, or {@link java.math.BigInteger} beyond 63 bits. */
    INTEGER,
    /** {@link java.math.BigDecimal}. */
    DECIMAL,
    /** {@link Float} or {@link Double}, with NaN and infinities. */
    FLOAT,
    /** {@link String}. */
    TEXT,
    /** {@code byte[]}. */
    BYTES,
    /** {@link java.time.LocalDate}, proleptic, also before Christ. */
    DATE,
    /** {@link java.time.Duration}: a time of day, or a signed span beyond 24 hours where the source has such. */
    TIME,
    /** {@link java.time.LocalDateTime}, a wall clock without zone. */
    TIMESTAMP,
    /** {@link java.time.Instant}. */
    INSTANT,
    /** {@link String} in ISO 8601, for instance {@code P1Y2M3DT4H}. */
    INTERVAL,
    /** {@link java.util.UUID}. */
    UUID,
    /** {@link String}, the document as the source spelt it. */
    JSON,
    /** {@link String}, the label. */
    ENUM,
    /** {@code List<String>}, the labels in the order of the type. */
    SET,
    /** {@link String} of zeros and ones. */
    BITS,
    /** {@link String} in the source's own text form. */
    OTHER
}
