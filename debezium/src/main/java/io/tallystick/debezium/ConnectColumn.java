package io.tallystick.debezium;

import io.debezium.data.VariableScaleDecimal;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.ValueType;
import io.tallystick.jdbc.CorruptionException;
import io.tallystick.jdbc.RejectedException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import org.apache.kafka.connect.data.Decimal;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * A column as a schema of Kafka Connect describes it: the type by the schema's name, which Debezium gives to what is more than a plain
 * number or text, else by the plain type.
 */
final class ConnectColumn {

    static final byte[] NOTHING = {};
    /** The log did not repeat the value; known by identity. */
    static final byte[] UNCHANGED = {};

    /** Some databases say of a type without a length that it takes two thousand million. */
    private static final int LONGEST_LENGTH = 5;

    private static final long MILLIS = 1_000;
    private static final long MICROS = 1_000_000;
    private static final long NANOS = 1_000_000_000;

    private static final Map<String, Reading> NAMED = Map.ofEntries(
            named(Decimal.LOGICAL_NAME, ValueKind.DECIMAL, value -> ((BigDecimal) value).toPlainString()),
            named(VariableScaleDecimal.LOGICAL_NAME, ValueKind.DECIMAL, ConnectColumn::variableScale),
            named("io.debezium.time.Date", ValueKind.DATE, value -> LocalDate.ofEpochDay(number(value))),
            named("io.debezium.time.Time", ValueKind.TIME, value -> Duration.ofMillis(number(value))),
            named("io.debezium.time.MicroTime", ValueKind.TIME, value -> span(number(value), MICROS)),
            named("io.debezium.time.NanoTime", ValueKind.TIME, value -> Duration.ofNanos(number(value))),
            named("io.debezium.time.Timestamp", ValueKind.TIMESTAMP, value -> moment(number(value), MILLIS)),
            named("io.debezium.time.MicroTimestamp", ValueKind.TIMESTAMP, value -> moment(number(value), MICROS)),
            named("io.debezium.time.NanoTimestamp", ValueKind.TIMESTAMP, value -> moment(number(value), NANOS)),
            named("io.debezium.time.ZonedTimestamp", ValueKind.INSTANT, ConnectColumn::instant),
            named("io.debezium.time.ZonedTime", ValueKind.OTHER, Function.identity()),
            named("io.debezium.time.Interval", ValueKind.INTERVAL, Function.identity()),
            named("io.debezium.time.Year", ValueKind.INTEGER, Function.identity()),
            named("io.debezium.data.Uuid", ValueKind.UUID, Function.identity()),
            named("io.debezium.data.Json", ValueKind.JSON, Function.identity()),
            named("io.debezium.data.Xml", ValueKind.OTHER, Function.identity()),
            named("io.debezium.data.Enum", ValueKind.ENUM, Function.identity()),
            named("io.debezium.data.EnumSet", ValueKind.SET, Function.identity()));

    private static final Map<Schema.Type, ValueKind> PLAIN = Map.of(
            Schema.Type.INT8, ValueKind.INTEGER,
            Schema.Type.INT16, ValueKind.INTEGER,
            Schema.Type.INT32, ValueKind.INTEGER,
            Schema.Type.INT64, ValueKind.INTEGER,
            Schema.Type.FLOAT32, ValueKind.FLOAT,
            Schema.Type.FLOAT64, ValueKind.FLOAT,
            Schema.Type.BOOLEAN, ValueKind.BOOLEAN,
            Schema.Type.STRING, ValueKind.TEXT,
            Schema.Type.BYTES, ValueKind.BYTES);

    private final String name;
    private final ValueType type;
    private final @Nullable Reading reading;
    private final byte[] placeholder;

    /** A kind, and how a value of it is written. */
    private record Reading(ValueKind kind, Function<Object, Object> text) {}

    private ConnectColumn(String name, ValueType type, @Nullable Reading reading, String placeholder) {
        this.name = name;
        this.type = type;
        this.reading = reading;
        this.placeholder = placeholder.getBytes(StandardCharsets.UTF_8);
    }

    /** @throws RejectedException when values of such a column cannot be carried over */
    static ConnectColumn of(TableName table, Field field, String placeholder) {
        Schema schema = field.schema();
        Reading reading = schema.name() == null ? null : NAMED.get(schema.name());
        ValueKind kind = reading != null ? reading.kind() : schema.name() == null ? PLAIN.get(schema.type()) : null;
        if (kind == null) {
            throw new RejectedException(
                    "column " + field.name() + " of " + table + " is of type " + declared(schema, null)
                            + ", which Debezium gives as " + (schema.name() == null ? schema.type() : schema.name())
                            + "; that cannot be carried over. Leave the column out: debezium: {column.exclude.list: \""
                            + table + "." + field.name() + "\"}");
        }
        return new ConnectColumn(field.name(), new ValueType(declared(schema, kind), kind), reading, placeholder);
    }

    /** As the source's DDL spells it, which Debezium is asked to pass on. */
    private static String declared(Schema schema, @Nullable ValueKind kind) {
        Map<String, String> told = schema.parameters() == null ? Map.of() : schema.parameters();
        String type = told.get("__debezium.source.column.type");
        String length = told.get("__debezium.source.column.length");
        String scale = told.get("__debezium.source.column.scale");
        if (type == null) {
            return schema.name() == null ? schema.type().getName() : schema.name();
        }
        boolean sized = kind == ValueKind.DECIMAL
                || kind == ValueKind.INTEGER
                || kind == ValueKind.TEXT
                || kind == ValueKind.BYTES;
        if (!sized || length == null || length.length() > LONGEST_LENGTH || length.equals("0") || type.contains("(")) {
            return type;
        }
        return type + "(" + length
                + (scale == null || kind == ValueKind.INTEGER || kind == ValueKind.TEXT ? "" : "," + scale) + ")";
    }

    String name() {
        return name;
    }

    ValueType type() {
        return type;
    }

    /** The cell, or {@link #UNCHANGED}. */
    byte[] cell(Object value) {
        byte[] cell = bytes(value);
        return Arrays.equals(cell, placeholder) ? UNCHANGED : cell;
    }

    private byte[] bytes(Object value) {
        if (value instanceof ByteBuffer buffer && reading == null) {
            byte[] copy = new byte[buffer.remaining()];
            buffer.duplicate().get(copy);
            return copy;
        }
        if (value instanceof byte[] raw && reading == null) {
            return raw;
        }
        try {
            Object text = reading == null ? value : reading.text().apply(value);
            return text.toString().getBytes(StandardCharsets.UTF_8);
        } catch (DateTimeException | ArithmeticException | ClassCastException e) {
            throw new CorruptionException(
                    "a value of column " + name + " is no " + type.declared() + ": " + e.getMessage(), e);
        }
    }

    private static Map.Entry<String, Reading> named(String name, ValueKind kind, Function<Object, Object> text) {
        return Map.entry(name, new Reading(kind, text));
    }

    private static long number(Object value) {
        return ((Number) value).longValue();
    }

    private static Object variableScale(Object value) {
        return VariableScaleDecimal.toLogical((Struct) value)
                .getDecimalValue()
                .orElseThrow(() -> new ArithmeticException("not a number"))
                .toPlainString();
    }

    private static Duration span(long units, long perSecond) {
        return Duration.ofSeconds(
                Math.floorDiv(units, perSecond), Math.floorMod(units, perSecond) * (NANOS / perSecond));
    }

    private static LocalDateTime moment(long units, long perSecond) {
        int nanos = (int) (Math.floorMod(units, perSecond) * (NANOS / perSecond));
        return LocalDateTime.ofEpochSecond(Math.floorDiv(units, perSecond), nanos, ZoneOffset.UTC);
    }

    private static Object instant(Object value) {
        return OffsetDateTime.parse((String) value).toInstant();
    }
}
