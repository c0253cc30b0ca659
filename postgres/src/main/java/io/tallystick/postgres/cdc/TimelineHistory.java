package io.tallystick.postgres.cdc;

import java.util.HashMap;
import java.util.Map;

/**
 * Where the time lines that led to a server's ended.
 *
 * @param ends for each earlier time line the place from which on the next one goes its own way
 */
record TimelineHistory(Map<Integer, Long> ends) {

    TimelineHistory {
        ends = Map.copyOf(ends);
    }

    /** A server that was never promoted. */
    static TimelineHistory none() {
        return new TimelineHistory(Map.of());
    }

    /** @param file lines of time line, place and reason (access/timeline.c) */
    static TimelineHistory parse(String file) {
        Map<Integer, Long> ends = new HashMap<>();
        for (String line : file.split("\n", -1)) {
            String[] parts = line.strip().split("\\s+", 3);
            if (parts.length >= 2 && parts[0].matches("\\d+")) {
                ends.put(Integer.parseInt(parts[0]), Lsn.parse(parts[1]));
            }
        }
        return new TimelineHistory(ends);
    }

    /** Whether this place of an earlier time line belongs to the history of the present one too. */
    boolean contains(int timeline, long lsn) {
        Long end = ends.get(timeline);
        return end != null && !Lsn.isAfter(lsn, end);
    }
}
