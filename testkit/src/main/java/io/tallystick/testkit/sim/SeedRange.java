package io.tallystick.testkit.sim;

import java.util.Optional;
import java.util.function.Function;
import java.util.stream.LongStream;

/** Which seeds to run, first and last included. */
record SeedRange(long first, long last) {

    /** What the annotation asks for, unless a property says otherwise; a blank property counts as none. */
    static SeedRange of(SeedTest test, Function<String, Optional<String>> properties) {
        Optional<String> one = properties.apply("tally.seed").filter(text -> !text.isBlank());
        if (one.isPresent()) {
            long seed = number("tally.seed", one.get());
            return new SeedRange(seed, seed);
        }
        Optional<String> many = properties.apply("tally.seeds").filter(text -> !text.isBlank());
        if (many.isPresent()) {
            return parse(many.get());
        }
        if (properties.apply("tally.soak").map(Boolean::parseBoolean).orElse(false)) {
            return new SeedRange(1, test.soakSeeds() > 0 ? test.soakSeeds() : 10L * test.seeds());
        }
        return new SeedRange(1, test.seeds());
    }

    private static SeedRange parse(String text) {
        int dots = text.indexOf("..");
        SeedRange range = dots < 0
                ? new SeedRange(1, number("tally.seeds", text))
                : new SeedRange(
                        number("tally.seeds", text.substring(0, dots)),
                        number("tally.seeds", text.substring(dots + 2)));
        if (range.last < range.first) {
            throw new IllegalArgumentException("tally.seeds: expected at least one seed, found " + text);
        }
        return range;
    }

    private static long number(String property, String text) {
        try {
            return Long.parseLong(text.trim());
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    property + ": expected a number (tally.seed=42, tally.seeds=5000, tally.seeds=5001..9000), found '"
                            + text + "'",
                    e);
        }
    }

    LongStream stream() {
        return LongStream.rangeClosed(first, last);
    }
}
