package io.tallystick.examples.play;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Counts by kind. Thread-safe. */
final class Tally<K> {

    private final Map<K, Long> counts = new ConcurrentHashMap<>();

    void count(K kind) {
        add(kind, 1);
    }

    void add(K kind, long more) {
        if (more > 0) {
            counts.merge(kind, more, Long::sum);
        }
    }

    long of(K kind) {
        return counts.getOrDefault(kind, 0L);
    }

    Map<K, Long> all() {
        return Map.copyOf(counts);
    }
}
