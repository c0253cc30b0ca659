package io.tallystick.cdc;

import java.math.BigDecimal;
import java.sql.SQLDataException;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What becomes of infinity, NaN and zero dates in a column. */
final class SpecialValues {

    private static final Pattern PRECISION = Pattern.compile(".*\\((\\d+)(?:,\\s*(\\d+))?\\).*");
    private static final LocalDateTime LAST = LocalDateTime.of(9999, 12, 31, 23, 59, 59, 999_999_000);
    private static final LocalDateTime FIRST = LocalDateTime.of(1, 1, 1, 0, 0);
    /** The range of TIMESTAMP in MariaDB before 11.5 and in MySQL. */
    private static final Instant LAST_TIMESTAMP = Instant.parse("2038-01-19T03:14:07.999999Z");

    private static final Instant FIRST_TIMESTAMP = Instant.ofEpochSecond(1);

    private final TargetDialect dialect;
    private final ConversionPolicy policy;

    SpecialValues(TargetDialect dialect, ConversionPolicy policy) {
        this.dialect = dialect;
        this.policy = policy;
    }

    /** The special value that this is, or that this float is. */
    static @Nullable SpecialValue in(Object value) {
        if (value instanceof SpecialValue special) {
            return special;
        }
        if (value instanceof Double || value instanceof Float) {
            double number = ((Number) value).doubleValue();
            if (Double.isNaN(number)) {
                return SpecialValue.NOT_A_NUMBER;
            }
            if (Double.isInfinite(number)) {
                return number > 0 ? SpecialValue.INFINITY : SpecialValue.MINUS_INFINITY;
            }
        }
        return null;
    }

    @Nullable
    Object convert(Object value, SpecialValue special, TargetColumn column) throws SQLException {
        ValueKind kind = column.kind();
        if (holds(special, kind)) {
            return kind == ValueKind.FLOAT ? number(special) : special;
        }
        return switch (policy.choice(special)) {
            case NULL -> null;
            case CLAMP -> clamped(special, column);
            case TEXT -> {
                if (kind != ValueKind.TEXT) {
                    throw refused(value, column);
                }
                yield ValueText.word(special);
            }
            case ERROR -> throw refused(value, column);
        };
    }

    private boolean holds(SpecialValue special, ValueKind kind) {
        boolean isTime = kind == ValueKind.DATE || kind == ValueKind.TIMESTAMP || kind == ValueKind.INSTANT;
        if (special == SpecialValue.ZERO_DATE) {
            return isTime && dialect.isMySqlFamily();
        }
        if (kind == ValueKind.FLOAT) {
            return dialect == TargetDialect.POSTGRESQL || dialect == TargetDialect.H2;
        }
        boolean isSpan = kind == ValueKind.INTERVAL;
        boolean ofPostgres = kind == ValueKind.DECIMAL || ((isTime || isSpan) && special != SpecialValue.NOT_A_NUMBER);
        return ofPostgres && dialect == TargetDialect.POSTGRESQL;
    }

    private static double number(SpecialValue special) {
        return switch (special) {
            case INFINITY -> Double.POSITIVE_INFINITY;
            case MINUS_INFINITY -> Double.NEGATIVE_INFINITY;
            default -> Double.NaN;
        };
    }

    private Object clamped(SpecialValue special, TargetColumn column) throws SQLException {
        boolean high = special == SpecialValue.INFINITY;
        return switch (column.kind()) {
            case DATE -> (high ? LAST : FIRST).toLocalDate();
            case TIMESTAMP -> high ? LAST : FIRST;
            case INSTANT -> instant(high);
            case INTEGER -> integer(high, column);
            case DECIMAL -> decimal(high, column);
            case FLOAT -> {
                double largest = column.jdbcType() == Types.REAL ? Float.MAX_VALUE : Double.MAX_VALUE;
                yield high ? largest : -largest;
            }
            default -> throw refused(special, column);
        };
    }

    private Instant instant(boolean high) {
        if (dialect.isMySqlFamily()) {
            return high ? LAST_TIMESTAMP : FIRST_TIMESTAMP;
        }
        return (high ? LAST : FIRST).toInstant(java.time.ZoneOffset.UTC);
    }

    private static BigDecimal integer(boolean high, TargetColumn column) {
        int bits = switch (column.jdbcType()) {
            case Types.TINYINT -> 8;
            case Types.SMALLINT -> 16;
            case Types.INTEGER -> column.type().toLowerCase(Locale.ROOT).startsWith("medium") ? 24 : 32;
            default -> 64;
        };
        if (column.type().toLowerCase(Locale.ROOT).contains("unsigned")) {
            return high ? BigDecimal.valueOf(2).pow(bits).subtract(BigDecimal.ONE) : BigDecimal.ZERO;
        }
        BigDecimal half = BigDecimal.valueOf(2).pow(bits - 1);
        return high ? half.subtract(BigDecimal.ONE) : half.negate();
    }

    private static BigDecimal decimal(boolean high, TargetColumn column) throws SQLException {
        Matcher precision = PRECISION.matcher(column.type());
        if (!precision.matches()) {
            throw refused(high ? SpecialValue.INFINITY : SpecialValue.MINUS_INFINITY, column);
        }
        int digits = Integer.parseInt(precision.group(1));
        int scale = precision.group(2) == null ? 0 : Integer.parseInt(precision.group(2));
        BigDecimal largest = BigDecimal.TEN.pow(digits).subtract(BigDecimal.ONE).scaleByPowerOfTen(-scale);
        return high ? largest : largest.negate();
    }

    /** With the SQLState of a value out of range, as the database itself would refuse it. */
    private static SQLException refused(Object value, TargetColumn column) {
        String word = value instanceof SpecialValue special ? ValueText.word(special) : value.toString();
        return new SQLDataException(
                "column " + column.name() + " (" + column.type() + ") cannot hold " + word
                        + ", and the conversion policy names nothing to write instead; declare null or clamp for it under 'conversion' of the target, or mend the row",
                "22003");
    }
}
