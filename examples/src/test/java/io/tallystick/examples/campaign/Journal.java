package io.tallystick.examples.campaign;

import io.tallystick.examples.Check;
import io.tallystick.examples.play.Books;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Counts in the orchestrators' journals and the services' books, once everything has ended. */
final class Journal {

    private static final String AGAIN = """
            SELECT step AS name, SUM(again) AS amount
              FROM (SELECT step, MAX(attempt) - 1 AS again FROM tally_saga_event
                     WHERE attempt > 1 AND step IS NOT NULL GROUP BY saga_id, step, phase, execution) a
             GROUP BY step""";
    private static final String HELPED =
            "SELECT COUNT(DISTINCT saga_id) AS amount FROM tally_saga_event WHERE kind = 7";
    private static final String LIVES = "SELECT COUNT(*) AS amount FROM tally_engine";
    private static final String SAGAS = "SELECT COUNT(*) AS amount FROM tally_saga";

    private final Books books;
    private final Collection<String> orchestrators;

    Journal(Books books, Collection<String> orchestrators) {
        this.books = books;
        this.orchestrators = orchestrators;
    }

    /** A saga that nobody started, or one that is not there, shows here. */
    Check asManyAsStarted(long started) {
        return Check.equal(
                "Sagas in the orchestrators' databases, as many as customers were told of", started, sum(SAGAS));
    }

    Map<String, Long> numbers(List<String> called) {
        Map<String, Long> numbers = new LinkedHashMap<>();
        numbers.put("Sagas that were parked and settled by a person", sum(HELPED));
        numbers.put("Lives of engines", sum(LIVES));
        numbers.put(
                "HTTP requests that came again under a known key and took no second effect", books.repetitions(called));
        Map<String, Long> again = again();
        numbers.put(
                "Commands and calls sent again by the engines",
                again.values().stream().mapToLong(Long::longValue).sum());
        again.forEach((step, count) -> numbers.put("– of these for the step `" + step + "`", count));
        return numbers;
    }

    private Map<String, Long> again() {
        Map<String, Long> all = new TreeMap<>();
        orchestrators.forEach(
                name -> books.numbers(name, AGAIN).forEach((step, count) -> all.merge(step, count, Long::sum)));
        return all;
    }

    private long sum(String sql) {
        return orchestrators.stream().mapToLong(name -> books.number(name, sql)).sum();
    }
}
