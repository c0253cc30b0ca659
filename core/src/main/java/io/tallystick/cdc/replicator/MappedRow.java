package io.tallystick.cdc.replicator;

import io.tallystick.cdc.SpecialValue;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.RejectedException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A row that a {@link RowMapper} wants at the target. All of the columns of the table's key have to be given. Immutable.
 *
 * <pre>{@code
 * MappedRow.put("mail.mailbox").with("id", NamedIds.uuid5(id, "inbox")).with("account_id", id)
 * }</pre>
 *
 * @param cells by the names of the columns; what is not named keeps what the target has, or gets the column's default
 */
public record MappedRow(Act act, TableName table, Map<String, @Nullable Object> cells) {

    /** What is done. */
    public enum Act {
        /** The row has these cells afterwards, whether it was there or not. */
        PUT,
        /** The row is made, unless one with this key is there. */
        PUT_IF_ABSENT,
        /** The row with this key gets these cells; none there: none changed, and that is counted as "not found". */
        UPDATE,
        /** No row with this key is there afterwards. */
        DELETE
    }

    /** @throws RejectedException for a value of a type that no column takes */
    public MappedRow {
        Map<String, @Nullable Object> taken = new LinkedHashMap<>();
        cells.forEach((column, value) -> taken.put(column, taken(column, value)));
        cells = Collections.unmodifiableMap(taken);
    }

    /**
     * The row has these cells afterwards, whether it was there or not.
     *
     * @param table as the file names it
     */
    public static MappedRow put(String table) {
        return new MappedRow(Act.PUT, TableName.parse(table), Map.of());
    }

    /** The row is made, unless one with this key is there: it belongs to the target from then on. */
    public static MappedRow putIfAbsent(String table) {
        return new MappedRow(Act.PUT_IF_ABSENT, TableName.parse(table), Map.of());
    }

    /** A row that is there already gets these cells. For what the log did not tell whole: a column that is left out stays. */
    public static MappedRow update(String table) {
        return new MappedRow(Act.UPDATE, TableName.parse(table), Map.of());
    }

    /** The row with this key goes; cells other than the key's mean nothing. */
    public static MappedRow delete(String table) {
        return new MappedRow(Act.DELETE, TableName.parse(table), Map.of());
    }

    /**
     * The same with one more cell.
     *
     * @param value null for NULL
     * @throws RejectedException for a value of a type that no column takes
     */
    public MappedRow with(String column, @Nullable Object value) {
        Map<String, @Nullable Object> more = new LinkedHashMap<>(cells);
        more.put(column, value);
        return new MappedRow(act, table, more);
    }

    /** In the types that a change can be set aside in, and by which keys are compared. */
    private static @Nullable Object taken(String column, @Nullable Object value) {
        if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof CharSequence || value instanceof Character || value instanceof Enum && !isSpecial(value)) {
            return value.toString();
        }
        if (value instanceof LocalTime time) {
            return Duration.ofNanos(time.toNanoOfDay());
        }
        if (value instanceof OffsetDateTime time) {
            return time.toInstant();
        }
        if (value instanceof ZonedDateTime time) {
            return time.toInstant();
        }
        if (value instanceof byte[] bytes) {
            return bytes.clone();
        }
        if (value instanceof List<?> labels && labels.stream().allMatch(String.class::isInstance)) {
            return List.copyOf(labels);
        }
        if (value == null || isTaken(value)) {
            return value;
        }
        throw new RejectedException(
                "column " + column + " was given a " + value.getClass().getName()
                        + "; expected text, a number, Boolean, byte[], UUID, a time of java.time, or null");
    }

    private static boolean isSpecial(Object value) {
        return value instanceof SpecialValue;
    }

    private static boolean isTaken(Object value) {
        return isSpecial(value)
                || isNumber(value)
                || value instanceof Boolean
                || value instanceof UUID
                || value instanceof LocalDate
                || value instanceof LocalDateTime
                || value instanceof Instant
                || value instanceof Duration;
    }

    private static boolean isNumber(Object value) {
        return value instanceof Long
                || value instanceof BigDecimal
                || value instanceof BigInteger
                || value instanceof Double
                || value instanceof Float;
    }

    /** Shows no values. */
    @Override
    public String toString() {
        return act + " " + table + " " + cells.keySet();
    }
}
