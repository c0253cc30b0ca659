package io.tallystick.saga;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * SQL for MariaDB with its values written into it. Whatever is not a plain printable ASCII character goes as hexadecimal
 * digits: they mean the same under every sql_mode and every character set of the connection, so no escaping can go
 * wrong; and the text has as many bytes as characters. Not thread-safe.
 */
final class SqlText {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("''uuuu-MM-dd HH:mm:ss.SSSSSS''", Locale.ROOT);

    private static final HexFormat HEX = HexFormat.of();

    private final StringBuilder text = new StringBuilder(4096);
    private @Nullable Instant lastTime;
    private String lastTimeText = "";

    /** Adds SQL as it is: constants only. */
    SqlText sql(String constant) {
        text.append(constant);
        return this;
    }

    SqlText number(long value) {
        text.append(value);
        return this;
    }

    SqlText number(@Nullable Number value) {
        return value == null ? sql("NULL") : number(value.longValue());
    }

    /** In UTC, to the microsecond; what is finer is cut off. */
    SqlText time(@Nullable Instant value) {
        if (value == null) {
            return sql("NULL");
        }
        // the rows of a batch were mostly decided at one moment
        if (!value.equals(lastTime)) {
            lastTime = value;
            lastTimeText = TIME.format(LocalDateTime.ofInstant(value, ZoneOffset.UTC));
        }
        return sql(lastTimeText);
    }

    SqlText text(@Nullable String value) {
        if (value == null) {
            return sql("NULL");
        }
        if (isPlain(value)) {
            text.append('\'').append(value).append('\'');
        } else {
            text.append("_utf8mb4 X'");
            HEX.formatHex(text, value.getBytes(StandardCharsets.UTF_8));
            text.append('\'');
        }
        return this;
    }

    /** What separates the items of a list: nothing before the first one. */
    SqlText comma(int index) {
        return index == 0 ? this : sql(", ");
    }

    /** In characters, which are as many bytes. */
    int length() {
        return text.length();
    }

    @Override
    public String toString() {
        return text.toString();
    }

    private static boolean isPlain(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~' || c == '\'' || c == '\\') {
                return false;
            }
        }
        return true;
    }
}
