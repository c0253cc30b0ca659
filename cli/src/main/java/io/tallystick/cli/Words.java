package io.tallystick.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Times, ages and names of constants as people write them. */
final class Words {

    private static final DateTimeFormatter EXACT =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());
    private static final DateTimeFormatter CLOCK =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private Words() {}

    /** In the time zone of the reader. */
    static String exact(Instant at) {
        return EXACT.format(at);
    }

    static String clock(Instant at) {
        return CLOCK.format(at);
    }

    /** What a demo says of its services when they answer. */
    static String up(int services) {
        return services == 1
                ? "1 service is up, a process with a database of its own"
                : services + " services are up, each a process with a database of its own";
    }

    /** Such as "3 min ago". */
    static String ago(Instant at, Instant now) {
        Duration age = Duration.between(at, now);
        if (age.isNegative() || age.toMillis() < 1_000) {
            return "just now";
        }
        return length(age) + " ago";
    }

    /** Rounded down to what matters at that size. */
    static String length(Duration duration) {
        Duration d = duration.isNegative() ? Duration.ZERO : duration;
        if (d.toMillis() < 1_000) {
            return d.toMillis() + " ms";
        }
        if (d.toSeconds() < 120) {
            return d.toSeconds() + " s";
        }
        if (d.toMinutes() < 120) {
            return d.toMinutes() + " min";
        }
        return d.toHours() < 48 ? d.toHours() + " h" : d.toDays() + " d";
    }

    /** The constant NOT_STARTED as "not started". */
    static String plain(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    static String json(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    static String json(Instant at) {
        return at.truncatedTo(ChronoUnit.MICROS).toString();
    }
}
