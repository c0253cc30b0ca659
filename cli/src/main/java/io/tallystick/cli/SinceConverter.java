package io.tallystick.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads 15m, an instant, or a date in the time zone of the reader. */
final class SinceConverter implements ITypeConverter<Since> {

    @Override
    public Since convert(String text) {
        Duration length = LengthConverter.parse(text);
        if (length != null) {
            return new Since(length, null);
        }
        try {
            return new Since(
                    null,
                    text.contains("T")
                            ? Instant.parse(text)
                            : LocalDate.parse(text)
                                    .atStartOfDay(ZoneId.systemDefault())
                                    .toInstant());
        } catch (DateTimeParseException e) {
            throw new TypeConversionException("'" + text
                    + "' is not a time; expected a length such as 90s, 15m, 2h or 7d, a date such as 2026-11-22, or an"
                    + " instant such as 2026-11-22T06:00:00Z");
        }
    }
}
