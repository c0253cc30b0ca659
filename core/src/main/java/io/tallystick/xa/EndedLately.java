package io.tallystick.xa;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Transactions that have ended here, and that a list of unfinished decisions may still show: a store writes an end a moment later. To finish
 * one again would do no harm to its branches. But they are absent then, and in a database that has been replaced meanwhile that would look as if
 * they had been lost. Thread-safe.
 */
final class EndedLately {

    private final Map<Gtrid, Ended> ended = new ConcurrentHashMap<>();
    private final AtomicLong listings = new AtomicLong();

    /** @param listing the last one that had begun before */
    private record Ended(DecisionStore home, boolean remember, long listing) {}

    void add(DecisionStore home, Gtrid gtrid, boolean remember) {
        ended.put(gtrid, new Ended(home, remember, listings.get()));
    }

    boolean contains(Gtrid gtrid) {
        return ended.containsKey(gtrid);
    }

    /** Its number, for {@link #listed}. */
    long listingBegins() {
        return listings.incrementAndGet();
    }

    /**
     * What a list that began after its end does not show is written, and forgotten here.
     *
     * @return what such a list shows, and whether its application may still ask for it
     */
    Map<Gtrid, Boolean> listed(DecisionStore home, long number, Set<Gtrid> unfinished) {
        Map<Gtrid, Boolean> shown = new LinkedHashMap<>();
        ended.forEach((gtrid, end) -> {
            if (end.home() != home || end.listing() >= number) {
                return;
            }
            if (unfinished.contains(gtrid)) {
                shown.put(gtrid, end.remember());
            } else {
                ended.remove(gtrid, end);
            }
        });
        return shown;
    }
}
