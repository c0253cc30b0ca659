package io.tallystick.saga;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * How long a store keeps sagas that have ended. With a saga goes its business key: who starts the key again after that
 * starts a second saga. So keep sagas for longer than anybody repeats a request, and for longer than anybody asks what
 * became of one. What has not ended is kept, however old it is.
 *
 * @param keepFinished how long after its end a saga is kept, if its type has no time of its own
 * @param byType types that are kept for another time; the store walks over what is kept longer at each look
 * @param every how often the store is looked through; what is due is then forgotten page by page, with pauses
 */
public record Retention(Duration keepFinished, Map<String, Duration> byType, Duration every) {

    /** A thousand years. */
    public static final Duration FOREVER = Duration.ofDays(365_000);

    private static final Duration SHORTEST = Duration.ofSeconds(1);

    public Retention {
        check(keepFinished, "");
        byType.forEach((type, keep) -> check(keep, " of type '" + type + "'"));
        byType = Map.copyOf(byType);
        if (every.toMillis() < 1) {
            throw new IllegalArgumentException("retention: every = " + every + ", expected at least 1 ms");
        }
    }

    private static void check(Duration keep, String whose) {
        if (keep.compareTo(SHORTEST) < 0 || keep.compareTo(FOREVER) > 0) {
            throw new IllegalArgumentException("retention" + whose + " = " + keep
                    + ", expected at least 1 s, for whoever waits for the end still reads it, and at most a thousand"
                    + " years, which is Retention.FOREVER");
        }
    }

    /** Keeps every saga so long after its end; looks every ten minutes, so that little gathers between two looks. */
    public static Retention of(Duration keepFinished) {
        return new Retention(keepFinished, Map.of(), Duration.ofMinutes(10));
    }

    /** Forgets nothing. */
    public static Retention forever() {
        return of(FOREVER);
    }

    /** Keeps sagas of this type for another time. */
    public Retention type(String type, Duration keep) {
        Map<String, Duration> more = new TreeMap<>(byType);
        more.put(type, keep);
        return new Retention(keepFinished, more, every);
    }

    public Retention every(Duration pause) {
        return new Retention(keepFinished, byType, pause);
    }

    /** Sagas of the type that ended before this may be forgotten. */
    Instant endedBefore(String type, Instant now) {
        return now.minus(byType.getOrDefault(type, keepFinished));
    }

    /** No saga that ended after this is forgotten, whatever its type. */
    Instant latest(Instant now) {
        return now.minus(shortest());
    }

    boolean forgets() {
        return shortest().compareTo(FOREVER) < 0;
    }

    private Duration shortest() {
        return byType.values().stream()
                .min(Duration::compareTo)
                .filter(least -> least.compareTo(keepFinished) < 0)
                .orElse(keepFinished);
    }
}
