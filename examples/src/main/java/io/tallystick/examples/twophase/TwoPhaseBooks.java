package io.tallystick.examples.twophase;

import io.tallystick.examples.Check;
import io.tallystick.examples.play.Books;
import io.tallystick.examples.play.Stage;
import io.tallystick.xa.XaOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/** What must hold between the databases of points and of bills, once every use has ended. */
final class TwoPhaseBooks {

    /** With default settings nothing is in doubt for longer than 5 s after a crash; a busy machine gets more. */
    static final Duration BOUND = Duration.ofSeconds(30);

    private static final List<String> POINTS = List.of(Till.DESK.points(), Till.POINTS.points());
    private static final List<String> BILLS = List.of(Till.DESK.bills(), Till.BILLS.bills());
    /** Where decisions are stored. */
    private static final List<String> DECIDING =
            List.of(Till.DESK.service(), Till.POINTS.service(), Till.BILLS.service());

    private static final String BOOKED = "SELECT reference AS name, amount FROM booking WHERE amount > 0";

    private final Books books;
    private final CardHolders holders;
    private final Duration bound;

    /** @param bound longest time that anything may be in doubt once every use has ended */
    TwoPhaseBooks(Books books, CardHolders holders, Duration bound) {
        this.books = books;
        this.holders = holders;
        this.bound = bound;
    }

    List<Check> check() {
        List<Check> checks = new ArrayList<>(nothingInDoubt());
        Map<String, Long> takenPoints = books.numbers(POINTS, BOOKED);
        Map<String, Long> takenOff = books.numbers(BILLS, BOOKED);
        checks.add(sum("Points left and points used are as many as were given out", POINTS, "card", "points"));
        checks.add(sum("Won due and won taken off are as many as were billed", BILLS, "bill", "due"));
        checks.add(Books.agree(
                "Each use of points is booked in PostgreSQL and in MariaDB, or in neither", takenPoints, takenOff));
        checks.add(onlyGoodPairs());
        checks.add(told(XaOutcome.COMMITTED, true, takenPoints, takenOff));
        checks.add(told(XaOutcome.ROLLED_BACK, false, takenPoints, takenOff));
        checks.add(Check.equal(
                "Customers who were told that the databases ended differently",
                0,
                holders.told(XaOutcome.MIXED).size()));
        return checks;
    }

    private List<Check> nothingInDoubt() {
        List<Check> checks = new ArrayList<>();
        String tooLong = " for more than " + bound.toSeconds() + " s";
        checks.add(none("Branches that stay prepared in PostgreSQL" + tooLong, () -> books.prepared(POINTS.get(0))));
        checks.add(none("Branches that stay prepared in MariaDB" + tooLong, () -> books.prepared(BILLS.get(0))));
        checks.add(none(
                "Decisions that some branch does not acknowledge" + tooLong,
                () -> count("SELECT COUNT(*) AS amount FROM tally_decision WHERE verdict = 1")));
        checks.add(none(
                "Branches that ended otherwise than decided",
                () -> count("SELECT COUNT(*) AS amount FROM tally_heuristic")));
        return checks;
    }

    private Check none(String name, LongSupplier left) {
        Stage.await(bound, () -> left.getAsLong() == 0);
        return Check.equal(name, 0L, left.getAsLong());
    }

    private long count(String sql) {
        return DECIDING.stream()
                .mapToLong(database -> books.number(database, sql))
                .sum();
    }

    private Check sum(String name, List<String> databases, String table, String column) {
        long each = column.equals("due") ? Till.DUE : Till.CARD_POINTS;
        long opened = 0;
        long found = 0;
        for (String database : databases) {
            opened += each * books.number(database, "SELECT COUNT(*) AS amount FROM " + table);
            found += books.number(database, "SELECT COALESCE(SUM(" + column + "), 0) AS amount FROM " + table);
            found += books.number(database, "SELECT COALESCE(SUM(amount), 0) AS amount FROM booking");
        }
        return Check.equal(name, opened, found);
    }

    private Check onlyGoodPairs() {
        Map<String, Long> points = books.numbers(POINTS, "SELECT id AS name, points AS amount FROM card");
        Map<String, Long> due = books.numbers(BILLS, "SELECT card AS name, due AS amount FROM bill");
        Map<String, Long> pairs = new TreeMap<>();
        // a card whose bill was never opened did not get as far as using points
        due.forEach((card, won) -> pairs.merge(points.getOrDefault(card, 0L) + " / " + won, 1L, Long::sum));
        return new Check(
                "Cards by points / won due, in two databases",
                List.of("0 / 900", "100 / 1000").containsAll(pairs.keySet()),
                "only 0 / 900, and 100 / 1000 where it was rolled back; never 100 / 900 or 0 / 1000",
                pairs.toString());
    }

    private Check told(XaOutcome outcome, boolean booked, Map<String, Long> points, Map<String, Long> bills) {
        TreeSet<String> told = new TreeSet<>(holders.told(outcome));
        List<String> wrong = told.stream()
                .filter(use -> points.containsKey(use) != booked || bills.containsKey(use) != booked)
                .toList();
        String all = told.size() + " of " + told.size();
        return new Check(
                "Each use whose customer was told "
                        + (booked
                                ? "\"committed\" is booked in both databases"
                                : "\"rolled back\" is booked in neither"),
                wrong.isEmpty(),
                all,
                wrong.isEmpty() ? all : "not so: " + wrong);
    }
}
