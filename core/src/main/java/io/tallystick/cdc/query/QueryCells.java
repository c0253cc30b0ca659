package io.tallystick.cdc.query;

import io.tallystick.cdc.Row;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.ValueType;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads rows of a table out of result sets, every cell in the form that {@link ValueType} understands. Immutable. */
record QueryCells(TargetDialect dialect, QueryTable table) {

    private static final Pattern CLOCK = Pattern.compile("(-?)(\\d+):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,9}))?");
    private static final Pattern ZERO = Pattern.compile("\\d{4}-(00-\\d\\d|\\d\\d-00)\\b.*");

    /** How a column stands in a query so that its text loses nothing. */
    static String expression(TargetDialect dialect, QueryTable table, int cell, String quoted) {
        ValueType type = table.type(cell);
        if (dialect.isMySqlFamily() && type.declared().toLowerCase(Locale.ROOT).startsWith("float")) {
            // as text the servers round single precision to six digits
            return "CAST(" + quoted + " AS DOUBLE)";
        }
        if (dialect.isMySqlFamily() && type.kind() == ValueKind.BITS) {
            return "BIN(" + quoted + ")";
        }
        return quoted;
    }

    Row row(ResultSet found) throws SQLException {
        int size = table.source().columns().size();
        byte[][] cells = new byte[size][];
        for (int i = 0; i < size; i++) {
            byte[] cell = cell(found, i + 1, table.type(i));
            if (cell != null) {
                cells[i] = cell;
            }
        }
        return table.row(cells);
    }

    /** The key alone, from a result that has nothing else. */
    List<String> key(ResultSet found) throws SQLException {
        byte[][] cells = new byte[table.source().columns().size()][];
        for (int i = 0; i < table.key().size(); i++) {
            int place = table.key().get(i);
            byte[] cell = cell(found, i + 1, table.type(place));
            if (cell != null) {
                cells[place] = cell;
            }
        }
        return table.keyOf(table.row(cells));
    }

    private byte @Nullable [] cell(ResultSet found, int at, ValueType type) throws SQLException {
        if (type.kind() == ValueKind.BYTES) {
            return found.getBytes(at);
        }
        String text = text(found, at, type);
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    private @Nullable String text(ResultSet found, int at, ValueType type) throws SQLException {
        return switch (type.kind()) {
            case BOOLEAN -> orNull(found, found.getBoolean(at));
            case INTEGER -> integer(found, at, type);
            case FLOAT -> floating(found, at);
            case DECIMAL -> number(found.getString(at));
            case TIME -> time(found.getString(at), type);
            case DATE, TIMESTAMP, INSTANT -> moment(found, at, type.kind());
            case BITS -> bits(found.getString(at), type);
            case JSON -> json(found, at);
            default -> found.getString(at);
        };
    }

    private static @Nullable String orNull(ResultSet found, Object value) throws SQLException {
        return found.wasNull() ? null : value.toString();
    }

    private static @Nullable String integer(ResultSet found, int at, ValueType type) throws SQLException {
        if (type.declared().toLowerCase(Locale.ROOT).contains("unsigned")) {
            BigDecimal value = found.getBigDecimal(at);
            return value == null ? null : value.toBigInteger().toString();
        }
        return orNull(found, found.getLong(at));
    }

    private static @Nullable String floating(ResultSet found, int at) throws SQLException {
        Object value = found.getObject(at);
        return value instanceof Float single ? single.toString() : orNull(found, found.getDouble(at));
    }

    private static @Nullable String number(@Nullable String text) {
        if (text == null) {
            return null;
        }
        return switch (text) {
            case "Infinity" -> ValueType.INFINITY;
            case "-Infinity" -> ValueType.MINUS_INFINITY;
            default -> text;
        };
    }

    /** Days, hours, minutes and seconds, also beyond 24 hours and below zero. */
    private static @Nullable String time(@Nullable String text, ValueType type) throws SQLException {
        if (text == null) {
            return null;
        }
        Matcher clock = CLOCK.matcher(text);
        if (!clock.matches()) {
            throw new SQLDataException(
                    "'" + text + "' of type " + type.declared() + " is no time that can be carried over");
        }
        String fraction = clock.group(5) == null ? "0" : (clock.group(5) + "00000000").substring(0, 9);
        Duration span = Duration.ofHours(Long.parseLong(clock.group(2)))
                .plusMinutes(Long.parseLong(clock.group(3)))
                .plusSeconds(Long.parseLong(clock.group(4)))
                .plusNanos(Long.parseLong(fraction));
        return (clock.group(1).isEmpty() ? span : span.negated()).toString();
    }

    private @Nullable String moment(ResultSet found, int at, ValueKind kind) throws SQLException {
        String text = found.getString(at);
        if (text == null) {
            return null;
        }
        if (text.endsWith("infinity")) {
            return text;
        }
        if (dialect.isMySqlFamily()
                && (text.startsWith(ValueType.ZERO_DATE) || ZERO.matcher(text).matches())) {
            return ValueType.ZERO_DATE;
        }
        return switch (kind) {
            case DATE -> found.getObject(at, LocalDate.class).toString();
            case TIMESTAMP -> found.getObject(at, LocalDateTime.class).toString();
            // sessions of MariaDB and MySQL are in UTC
            default ->
                (dialect.isMySqlFamily()
                                ? found.getObject(at, LocalDateTime.class).toInstant(ZoneOffset.UTC)
                                : found.getObject(at, OffsetDateTime.class).toInstant())
                        .toString();
        };
    }

    private @Nullable String bits(@Nullable String text, ValueType type) {
        if (text == null || !dialect.isMySqlFamily()) {
            return text;
        }
        String digits = type.declared().replaceAll("\\D", "");
        int size = digits.isEmpty() ? 1 : Integer.parseInt(digits);
        return "0".repeat(Math.max(0, size - text.length())) + text;
    }

    /** H2 would give a document's text in quotes. */
    private @Nullable String json(ResultSet found, int at) throws SQLException {
        if (dialect != TargetDialect.H2) {
            return found.getString(at);
        }
        byte[] document = found.getBytes(at);
        return document == null ? null : new String(document, StandardCharsets.UTF_8);
    }
}
