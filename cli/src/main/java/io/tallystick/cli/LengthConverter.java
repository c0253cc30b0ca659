package io.tallystick.cli;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads 500ms, 90s, 15m, 2h or 7d. */
final class LengthConverter implements ITypeConverter<Duration> {

    private static final Pattern LENGTH = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    @Override
    public Duration convert(String text) {
        Duration length = parse(text);
        if (length == null) {
            throw new TypeConversionException(
                    "'" + text + "' is not a length of time; expected such as 500ms, 90s, 15m, 2h or 7d");
        }
        return length;
    }

    /** Null if it is none. */
    static @Nullable Duration parse(String text) {
        Matcher length = LENGTH.matcher(text);
        if (!length.matches()) {
            return null;
        }
        long amount = Long.parseLong(length.group(1));
        return switch (length.group(2)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            default -> Duration.ofDays(amount);
        };
    }
}
