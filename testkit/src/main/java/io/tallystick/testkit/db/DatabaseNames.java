package io.tallystick.testkit.db;

import java.util.Locale;
import java.util.UUID;

/** Names of databases that nobody chose. */
final class DatabaseNames {
    private static final int READABLE_LENGTH = 40;

    private DatabaseNames() {}

    /** Readable first, then random, so that runs against one outside server do not meet. */
    static String unique(String readable) {
        String clean = readable.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
        String random = UUID.randomUUID().toString().substring(0, 8);
        return "t_" + clean.substring(0, Math.min(READABLE_LENGTH, clean.length())) + "_" + random;
    }

    static void check(String name) {
        if (!name.matches("[a-z][a-z0-9_]{0,62}")) {
            throw new IllegalArgumentException(
                    "database name: expected a lower-case letter, then letters, digits and '_', 63 at most, found '"
                            + name + "'");
        }
    }
}
