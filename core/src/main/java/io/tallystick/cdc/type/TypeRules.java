package io.tallystick.cdc.type;

import static io.tallystick.cdc.type.TypeReport.Fate.CHECKED;
import static io.tallystick.cdc.type.TypeReport.Fate.LOSSLESS;
import static io.tallystick.cdc.type.TypeReport.Fate.LOSSY;
import static io.tallystick.cdc.type.TypeReport.Fate.REFUSED;
import static io.tallystick.cdc.type.TypeReport.Fate.SAME;

import io.tallystick.cdc.CellConverter;
import io.tallystick.cdc.ColumnType;
import io.tallystick.cdc.SourceColumn;
import io.tallystick.cdc.TargetColumn;
import io.tallystick.cdc.TargetDialect;
import io.tallystick.cdc.ValueKind;
import io.tallystick.cdc.type.TypeReport.Fate;
import io.tallystick.cdc.type.TypeReport.Line;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

/** Which kind of value fits which type; what {@link CellConverter} does, told in words. */
final class TypeRules {

    private static final Verdict YES = new Verdict(LOSSLESS, "");
    private static final Verdict NO = new Verdict(REFUSED, "the two have nothing in common");
    private static final Verdict READ =
            new Verdict(CHECKED, "the text must be one that the target reads as its own type");

    private static final String CHARACTER_SET = " character set ";
    /** Of a character of any set in UTF-8, and of one in UTF-8 in any set. */
    private static final int WIDEST = 4;

    private final TargetDialect product;
    private final TargetDialect dialect;
    private final boolean sameEngine;

    /** @param product what the source is */
    TypeRules(TargetDialect product, TargetDialect dialect) {
        this.product = product;
        this.dialect = dialect;
        this.sameEngine = product == dialect;
    }

    /** What becomes of values, and how. */
    private record Verdict(Fate fate, String how) {}

    Line line(SourceColumn from, TargetColumn to) {
        String spelt = spelt(from.type());
        Verdict verdict = sameEngine && spelt.equalsIgnoreCase(to.type())
                ? new Verdict(SAME, "")
                : verdict(from.type(), DeclaredType.of(spelt), to);
        return new Line(from.name(), spelt, to.name(), to.type(), verdict.fate(), verdict.how());
    }

    /** With its character set, as the catalog of a target tells it. */
    private static String spelt(ColumnType type) {
        String set = type.characterSet();
        return type.declared() + (set.isEmpty() || set.equals("utf8mb4") ? "" : CHARACTER_SET + set);
    }

    private Verdict verdict(ColumnType source, DeclaredType from, TargetColumn column) {
        ValueKind kind = source.kind();
        DeclaredType to = DeclaredType.of(column.type());
        ValueKind target = column.kind();
        if (target == ValueKind.TEXT) {
            return text(source, from, column, to);
        }
        return switch (kind) {
            case BOOLEAN -> numberOrBits(target) ? YES : NO;
            case INTEGER -> integer(target, from, to);
            case DECIMAL -> decimal(target, from, to);
            case FLOAT -> floating(target, from, column);
            case TEXT -> target == ValueKind.BYTES ? utf8(source, from, to) : READ;
            case BYTES -> bytes(target, source, from, to);
            case DATE -> date(target);
            case TIME -> time(target, from, to);
            case TIMESTAMP, INSTANT -> timestamp(kind, target, from, to);
            case INTERVAL -> same(kind, target, target == ValueKind.TIME ? READ : NO);
            case UUID -> same(kind, target, target == ValueKind.BYTES ? new Verdict(LOSSLESS, "as 16 bytes") : NO);
            case BITS -> bits(target, from, to);
            case JSON -> same(kind, target, target == ValueKind.BYTES ? utf8(source, from, to) : NO);
            case ENUM -> target == ValueKind.ENUM ? new Verdict(CHECKED, "the target must have the label") : NO;
            case SET -> set(target, column);
            case OTHER -> target == ValueKind.OTHER ? READ : NO;
        };
    }

    private static boolean numberOrBits(ValueKind target) {
        return switch (target) {
            case BOOLEAN, INTEGER, DECIMAL, FLOAT, BITS, JSON -> true;
            default -> false;
        };
    }

    private static Verdict same(ValueKind kind, ValueKind target, Verdict otherwise) {
        return kind == target ? YES : otherwise;
    }

    private Verdict text(ColumnType source, DeclaredType from, TargetColumn column, DeclaredType to) {
        boolean text = source.kind() == ValueKind.TEXT;
        List<String> refused = new ArrayList<>();
        if (to.length() >= 0 && (!text || from.length() < 0 || from.length() > to.length())) {
            refused.add("texts of more than " + to.length() + " characters");
        } else if (mostBytes(source, from) > room(to) / (source.kind() == ValueKind.BYTES ? 2 : 1)) {
            refused.add("texts of more than " + room(to) + " bytes");
        }
        String set = column.type().replaceFirst(".*" + CHARACTER_SET, "");
        if (!set.equals(column.type()) && text && !set.equals(source.characterSet())) {
            refused.add("characters that " + set + " lacks");
        }
        if (!refused.isEmpty()) {
            return new Verdict(CHECKED, String.join(" and ", refused) + " are refused");
        }
        return source.kind() == ValueKind.BYTES ? new Verdict(LOSSLESS, "in hexadecimal") : YES;
    }

    private long room(DeclaredType to) {
        return dialect.isMySqlFamily() ? to.room() : Long.MAX_VALUE;
    }

    /** How long a value of the source can be at the target, in bytes. */
    private long mostBytes(ColumnType source, DeclaredType from) {
        long room = product.isMySqlFamily() ? from.room() : Long.MAX_VALUE;
        return switch (source.kind()) {
            case TEXT ->
                from.length() >= 0
                        ? (long) from.length() * WIDEST
                        : room < Long.MAX_VALUE
                                        && !source.characterSet().isEmpty()
                                        && !source.characterSet().equals("utf8mb4")
                                ? room * WIDEST
                                : room;
            case BYTES -> from.length() >= 0 ? from.length() : room;
            case JSON, OTHER, SET, BITS -> Long.MAX_VALUE;
            // an unlimited numeric of PostgreSQL has digits without end
            case DECIMAL -> from.length() >= 0 || product != TargetDialect.POSTGRESQL ? 0 : Long.MAX_VALUE;
            default -> 0;
        };
    }

    private Verdict utf8(ColumnType source, DeclaredType from, DeclaredType to) {
        Verdict bytes = bytes(ValueKind.BYTES, source, from, to);
        return bytes.fate() == CHECKED ? bytes : new Verdict(LOSSLESS, "as UTF-8");
    }

    private static Verdict integer(ValueKind target, DeclaredType from, DeclaredType to) {
        return switch (target) {
            case INTEGER -> to.holdsIntegersOf(from) ? YES : new Verdict(CHECKED, "numbers out of range are refused");
            case DECIMAL ->
                to.length() >= 0 && to.scale() < 0
                        ? rounded(to)
                        : to.length() < 0 || to.wholeDigits() >= from.digits()
                                ? YES
                                : new Verdict(CHECKED, "numbers out of range are refused");
            case FLOAT ->
                from.bits() <= (to.isSingle() ? 24 : 32) ? YES : new Verdict(LOSSY, "large numbers are rounded");
            case BOOLEAN -> new Verdict(CHECKED, "only 0 and 1 are taken");
            case BITS -> new Verdict(CHECKED, "numbers out of range are refused");
            case JSON -> YES;
            default -> NO;
        };
    }

    private static Verdict decimal(ValueKind target, DeclaredType from, DeclaredType to) {
        return switch (target) {
            case DECIMAL -> decimal(from, to);
            case INTEGER ->
                from.length() >= 0 && from.scale() <= 0
                        ? new Verdict(CHECKED, "numbers out of range are refused")
                        : new Verdict(REFUSED, "fractions would be lost");
            case FLOAT -> new Verdict(LOSSY, "rounded to what a binary fraction can express");
            case JSON -> YES;
            default -> NO;
        };
    }

    private static Verdict decimal(DeclaredType from, DeclaredType to) {
        if (to.length() < 0) {
            return YES;
        }
        if (from.length() < 0 || from.scale() > to.scale()) {
            return rounded(to);
        }
        return from.wholeDigits() <= to.wholeDigits() ? YES : new Verdict(CHECKED, "numbers out of range are refused");
    }

    private static Verdict rounded(DeclaredType to) {
        return new Verdict(
                LOSSY,
                to.scale() < 0
                        ? "the last " + -to.scale() + " digits before the point are rounded away"
                        : "rounded to " + to.scale() + " digits after the point");
    }

    private static Verdict floating(ValueKind target, DeclaredType from, TargetColumn column) {
        boolean toSingle = column.jdbcType() == Types.REAL;
        return switch (target) {
            case FLOAT -> toSingle && !from.isSingle() ? new Verdict(LOSSY, "rounded to 24 bits") : YES;
            case DECIMAL -> new Verdict(LOSSY, "rounded to the digits of the target");
            case JSON -> YES;
            default -> NO;
        };
    }

    private Verdict bytes(ValueKind target, ColumnType source, DeclaredType from, DeclaredType to) {
        return switch (target) {
            case BYTES -> {
                long room = to.length() >= 0 ? to.length() : room(to);
                yield mostBytes(source, from) <= room
                        ? YES
                        : new Verdict(CHECKED, "more than " + room + " bytes are refused");
            }
            case UUID -> new Verdict(CHECKED, "only 16 bytes are taken");
            case BITS -> new Verdict(CHECKED, "more bits than the target's are refused");
            default -> NO;
        };
    }

    private Verdict date(ValueKind target) {
        return switch (target) {
            case DATE -> specials();
            case TIMESTAMP, INSTANT -> new Verdict(LOSSLESS, "as midnight, in UTC");
            default -> NO;
        };
    }

    private Verdict time(ValueKind target, DeclaredType from, DeclaredType to) {
        if (target == ValueKind.INTERVAL) {
            return YES;
        }
        if (target != ValueKind.TIME) {
            return NO;
        }
        Verdict rounded = rounded(from, to);
        return rounded.fate() == LOSSY || dialect.isMySqlFamily()
                ? rounded
                : new Verdict(CHECKED, "spans below zero or beyond 24 hours are refused");
    }

    private Verdict timestamp(ValueKind kind, ValueKind target, DeclaredType from, DeclaredType to) {
        return switch (target) {
            case DATE -> new Verdict(LOSSY, "the time of day is cut off");
            case TIME -> new Verdict(LOSSY, "the day is cut off");
            case TIMESTAMP, INSTANT -> {
                Verdict rounded = rounded(from, to);
                yield kind == target || rounded.fate() == LOSSY
                        ? rounded
                        : new Verdict(LOSSLESS, "wall clocks are taken for UTC");
            }
            default -> NO;
        };
    }

    private Verdict rounded(DeclaredType from, DeclaredType to) {
        int kept = to.fraction(dialect.isMySqlFamily());
        boolean fromMySql = sameEngine ? dialect.isMySqlFamily() : from.word().equals("datetime");
        return from.fraction(fromMySql) > kept
                ? new Verdict(LOSSY, "rounded to " + kept + " digits of a second")
                : specials();
    }

    /** What the other engine's times have and the target's lack. */
    private Verdict specials() {
        return sameEngine
                ? YES
                : new Verdict(
                        LOSSLESS, "infinity and zero dates by the conversion policy, years out of range are refused");
    }

    private static Verdict bits(ValueKind target, DeclaredType from, DeclaredType to) {
        return switch (target) {
            case BITS -> from.length() == to.length() ? YES : new Verdict(CHECKED, "another number of bits is refused");
            case INTEGER, DECIMAL, BYTES -> new Verdict(LOSSLESS, "as a number, without leading zeros");
            case BOOLEAN -> new Verdict(CHECKED, "only 0 and 1 are taken");
            default -> NO;
        };
    }

    private static Verdict set(ValueKind target, TargetColumn column) {
        return target == ValueKind.SET || column.type().endsWith("[]")
                ? new Verdict(CHECKED, "the target must have the labels")
                : NO;
    }
}
