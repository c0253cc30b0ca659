package io.tallystick.examples.points;

import io.tallystick.examples.Check;
import io.tallystick.examples.play.Books;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What must hold between the point and the payment database, once every use of points has ended. */
final class PointsBooks {

    private PointsBooks() {}

    static List<Check> check(Books books) {
        Map<String, Long> pairs = pairs(books);
        return List.of(
                books.allEnded(PointsPlay.ORCHESTRATOR),
                Check.equal(
                        "Cards at 100 points / 900 won, the company's loss", 0L, pairs.getOrDefault("100 / 900", 0L)),
                Check.equal(
                        "Cards at 0 points / 1000 won, the customer's loss", 0L, pairs.getOrDefault("0 / 1000", 0L)),
                onlyGoodPairs(pairs),
                Books.agree(
                        "Each use of points took as many points as it took won off the bill",
                        books.numbers(
                                "point",
                                "SELECT reference AS name, SUM(points) AS amount FROM point_move GROUP BY reference"),
                        books.numbers(
                                "payment",
                                "SELECT reference AS name, SUM(amount) AS amount FROM bill_change GROUP BY reference")),
                books.atMostOnce("No points were used or restored twice", "point", """
                        SELECT CONCAT(reference, ' ', points) AS name, COUNT(*) AS amount
                          FROM point_move GROUP BY reference, points"""),
                books.atMostOnce(
                        "No discount was given or recalled twice under one key",
                        "payment",
                        "SELECT operation AS name, COUNT(*) AS amount FROM bill_change GROUP BY operation"),
                books.keysWereCarried(List.of("payment")));
    }

    private static Check onlyGoodPairs(Map<String, Long> pairs) {
        boolean good = List.of("0 / 900", "100 / 1000").containsAll(pairs.keySet());
        return new Check(
                "Cards by points / won due",
                good,
                "only 0 / 900, and 100 / 1000 where it was taken back",
                pairs.toString());
    }

    /** How many cards stand at each pair of points and won due. */
    private static Map<String, Long> pairs(Books books) {
        Map<String, Long> points = books.numbers("point", "SELECT id AS name, points AS amount FROM card");
        Map<String, Long> due = books.numbers("payment", "SELECT card AS name, due AS amount FROM bill");
        Map<String, Long> pairs = new TreeMap<>();
        // a card whose bill was never opened did not get as far as using points
        points.forEach((card, left) -> {
            if (due.containsKey(card)) {
                pairs.merge(left + " / " + due.get(card), 1L, Long::sum);
            }
        });
        return pairs;
    }
}
