package io.tallystick.cdc.replicator;

import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetRow;
import io.tallystick.cdc.TargetTable;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.type.DeclaredType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What two keys have in common when the target takes them for equal. Where equal keys always have equal bytes, nothing has to be
 * computed. Texts of ASCII are compared without case, trailing blanks and letters that some collation does not tell apart; what any
 * other text may be equal to depends on the collation, which is not guessed. For one table.
 */
final class KeyLikeness {

    /** The likeness of a key that may be equal to any other. */
    static final Object UNKNOWN = new Object();

    /** PostgreSQL's numbers of types whose equal values have equal bytes: text, varchar, name, bytea, and times in microseconds. */
    private static final List<Long> EXACT_TYPES = List.of(25L, 1043L, 19L, 17L, 1114L, 1184L, 1083L);

    private final TargetTable table;
    private @Nullable SourceTable examined;
    private boolean exact;

    KeyLikeness(TargetTable table) {
        this.table = table;
    }

    /** Whether rows of this shape have the same key only when its bytes are the same. */
    boolean isExact(TargetRow row) {
        SourceTable source = row.source().table();
        if (!source.equals(examined)) {
            exact = table.key().stream().allMatch(place -> isExact(row, place));
            examined = source;
        }
        return exact;
    }

    private boolean isExact(TargetRow row, int place) {
        int cell = row.sourceCell(place);
        if (cell < 0) {
            return false;
        }
        ValueKind from = row.source().table().columns().get(cell).type().kind();
        TargetColumn column = table.columns().get(place);
        ValueKind to = column.kind();
        return switch (from) {
            case INTEGER, BOOLEAN ->
                to == ValueKind.INTEGER || to == ValueKind.DECIMAL || to == ValueKind.BOOLEAN || to == ValueKind.TEXT;
            case UUID, DATE -> to == from || to == ValueKind.TEXT;
            case TEXT, BYTES, TIME, TIMESTAMP, INSTANT -> to == from && isExactType(column);
            default -> false;
        };
    }

    private static boolean isExactType(TargetColumn column) {
        String type = column.type().toLowerCase(Locale.ROOT);
        boolean rounds = type.contains("(") && column.kind() != ValueKind.TEXT && !type.contains("(6)");
        return EXACT_TYPES.contains(column.nativeType()) && !rounds
                || type.startsWith("varbinary")
                || column.kind() != ValueKind.TEXT && type.contains("(6)");
    }

    /** Whether keys of equal likeness are surely one key of the target, and not only perhaps. */
    boolean isSure() {
        return table.key().stream()
                .map(place -> table.columns().get(place).kind())
                .allMatch(kind -> kind == ValueKind.INTEGER
                        || kind == ValueKind.DECIMAL
                        || kind == ValueKind.BOOLEAN
                        || kind == ValueKind.UUID
                        || kind == ValueKind.DATE
                        || kind == ValueKind.BYTES);
    }

    /** Equal for keys that the target may take for equal; {@link #UNKNOWN} when that cannot be told. */
    Object of(TargetRow row) {
        List<Object> alike = new ArrayList<>(table.key().size());
        for (int place : table.key()) {
            Object one = of(row.value(place), table.columns().get(place));
            if (one == UNKNOWN) {
                return UNKNOWN;
            }
            alike.add(one);
        }
        return alike;
    }

    private static Object of(@Nullable Object value, TargetColumn column) {
        return switch (column.kind()) {
            case TEXT, ENUM ->
                value instanceof String text
                        ? ofText(text)
                        : value instanceof byte[] ? UNKNOWN : ofText(String.valueOf(value));
            case INTEGER, DECIMAL, FLOAT, BOOLEAN -> ofNumber(value, column);
            case UUID -> value instanceof java.util.UUID id ? id : UNKNOWN;
            case BYTES -> value instanceof byte[] bytes ? ofBytes(bytes) : UNKNOWN;
            case DATE -> value instanceof LocalDate day ? day : UNKNOWN;
            default -> UNKNOWN;
        };
    }

    private static Object ofNumber(@Nullable Object value, TargetColumn column) {
        if (value instanceof Boolean yes) {
            return yes ? BigDecimal.ONE : BigDecimal.ZERO;
        }
        if (!(value instanceof Number number)) {
            return UNKNOWN;
        }
        if (column.kind() == ValueKind.FLOAT || number instanceof Double || number instanceof Float) {
            // also what rounding makes equal, and both zeros
            return number.floatValue() + 0.0f;
        }
        BigDecimal decimal = number instanceof BigDecimal exact ? exact : new BigDecimal(number.toString());
        DeclaredType declared = DeclaredType.of(column.type());
        BigDecimal kept = declared.length() < 0 || column.kind() != ValueKind.DECIMAL
                ? decimal
                : decimal.setScale(declared.scale(), RoundingMode.HALF_UP);
        return kept.stripTrailingZeros();
    }

    /** BINARY is filled up with zeros. */
    private static Object ofBytes(byte[] bytes) {
        int length = bytes.length;
        while (length > 0 && bytes[length - 1] == 0) {
            length--;
        }
        return Arrays.toString(Arrays.copyOf(bytes, length));
    }

    private static Object ofText(String text) {
        int length = text.length();
        while (length > 0 && text.charAt(length - 1) == ' ') {
            length--;
        }
        StringBuilder alike = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            char c = text.charAt(i);
            if (c < ' ' || c > '~') {
                return UNKNOWN;
            }
            alike.append(ofLetter(c));
        }
        return alike.toString();
    }

    /** Lithuanian takes y for i, Swedish w for v, Roman j for i and v for u. */
    private static char ofLetter(char c) {
        return switch (c) {
            case 'J', 'j', 'Y', 'y', 'I' -> 'i';
            case 'V', 'v', 'W', 'w', 'U' -> 'u';
            default -> c >= 'A' && c <= 'Z' ? (char) (c + 32) : c;
        };
    }
}
