package io.tallystick.examples.campaign;

import io.tallystick.examples.play.Books;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Measures how long after a kill the next saga of each orchestrator that it concerned has ended, as the database says.
 * Looks five times a second; thread-safe.
 */
final class Progress {

    private final Books books;
    private final Collection<String> orchestrators;
    private final Map<String, Long> ended = new ConcurrentHashMap<>();
    private final List<Pending> pending = new ArrayList<>();
    private final Map<Target.Kind, Longest> longest = new EnumMap<>(Target.Kind.class);

    /** A kill after which an orchestrator has not yet ended a saga. */
    private record Pending(Target target, String orchestrator, long before, long nanos) {}

    /** The longest wait after a kill of one kind. */
    record Longest(Duration time, String target, String orchestrator) {}

    Progress(Books books, Collection<String> orchestrators) {
        this.books = books;
        this.orchestrators = List.copyOf(orchestrators);
    }

    /** Called just before the kill. */
    void killed(Target target) {
        look();
        synchronized (pending) {
            for (String orchestrator : target.stops()) {
                pending.add(new Pending(target, orchestrator, ended.getOrDefault(orchestrator, 0L), System.nanoTime()));
            }
        }
    }

    /** Asks every orchestrator's database how many sagas have ended; one that is away says nothing. */
    void look() {
        for (String orchestrator : orchestrators) {
            try {
                long count = books.number(
                        orchestrator, "SELECT COUNT(*) AS amount FROM tally_saga WHERE ended_at IS NOT NULL");
                ended.put(orchestrator, count);
                reached(orchestrator, count);
            } catch (RuntimeException e) {
                // killed just now, which is what this waits for
            }
        }
    }

    private void reached(String orchestrator, long count) {
        synchronized (pending) {
            for (Iterator<Pending> all = pending.iterator(); all.hasNext(); ) {
                Pending one = all.next();
                if (one.orchestrator().equals(orchestrator) && count > one.before()) {
                    all.remove();
                    keep(one, Duration.ofNanos(System.nanoTime() - one.nanos()));
                }
            }
        }
    }

    private void keep(Pending one, Duration wait) {
        Longest found = new Longest(wait, one.target().name(), one.orchestrator());
        longest.merge(one.target().kind(), found, (a, b) -> a.time().compareTo(b.time()) >= 0 ? a : b);
    }

    Map<Target.Kind, Longest> longest() {
        synchronized (pending) {
            return new EnumMap<>(longest);
        }
    }
}
