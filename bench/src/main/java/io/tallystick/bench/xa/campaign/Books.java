package io.tallystick.bench.xa.campaign;

import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.xa.Verdict;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The books of all places, read while nothing works on them, and what they say of each transfer. Not thread-safe. */
final class Books {
    private static final long OPENING = Order.ACCOUNTS * Order.OPENING_BALANCE;

    private final List<Place> places;
    private final Map<Place, Long> balances = new EnumMap<>(Place.class);
    private final Map<Place, Long> legs = new EnumMap<>(Place.class);
    private final Map<String, String> parties = new HashMap<>();
    private final Map<String, Set<Place>> found = new HashMap<>();

    private Books(List<Place> places) {
        this.places = places;
    }

    static Books read(BankWorld world) throws SQLException {
        Books books = new Books(world.places());
        for (Place place : books.places) {
            books.read(place, world.database(place));
        }
        return books;
    }

    private void read(Place place, TestDatabase database) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            try (ResultSet row = statement.executeQuery("SELECT sum(balance) FROM account")) {
                row.next();
                balances.put(place, row.getLong(1));
            }
            long sum = 0;
            try (ResultSet rows = statement.executeQuery("SELECT transfer, parties, amount FROM leg")) {
                while (rows.next()) {
                    parties.put(rows.getString(1), rows.getString(2));
                    found.computeIfAbsent(rows.getString(1), t -> new HashSet<>())
                            .add(place);
                    sum += rows.getLong(3);
                }
            }
            legs.put(place, sum);
        }
    }

    /** Every sentence that must hold, and whether it does. */
    List<Check> check(Notes notes) {
        List<Check> checks = new ArrayList<>();
        long total = balances.values().stream().mapToLong(Long::longValue).sum();
        checks.add(
                new Check("The money in all places together", OPENING * places.size() == total, "" + total, List.of()));
        checks.add(Check.none(
                "Places whose balances are not what their legs make them",
                places.stream()
                        .filter(place -> get(balances, place) != OPENING + get(legs, place))
                        .map(Place::name)
                        .toList()));
        checks.add(Check.none("Transfers in some of their places and not in all", torn()));
        checks.add(Check.none("Transfers told \"committed\" and not there in all", lies(notes, Answer.Kind.COMMITTED)));
        checks.add(Check.none("Transfers told \"rolled back\" and there", lies(notes, Answer.Kind.ROLLED_BACK)));
        checks.add(Check.none("Transfers told \"unknown\" and answered wrongly when asked for", wronglyTold(notes)));
        return checks;
    }

    private static long get(Map<Place, Long> sums, Place place) {
        return sums.getOrDefault(place, 0L);
    }

    private List<String> torn() {
        List<String> torn = new ArrayList<>();
        found.forEach((transfer, there) -> {
            if (there.size() != parties.getOrDefault(transfer, "").length()) {
                torn.add(transfer + " of " + parties.get(transfer) + " only in " + new TreeSet<>(there));
            }
        });
        return torn;
    }

    private List<String> lies(Notes notes, Answer.Kind kind) {
        List<String> lies = new ArrayList<>();
        notes.told().forEach((transfer, answer) -> {
            boolean there = kind == Answer.Kind.COMMITTED ? isWhole(transfer, notes) : found.containsKey(transfer);
            if (answer.kind() == kind && !answer.allows(there ? Verdict.COMMIT : Verdict.ABORT)) {
                lies.add(transfer + " " + found.getOrDefault(transfer, Set.of()));
            }
        });
        return lies;
    }

    private boolean isWhole(String transfer, Notes notes) {
        return found.getOrDefault(transfer, Set.of()).size()
                == notes.begun().getOrDefault(transfer, "").length();
    }

    private List<String> wronglyTold(Notes notes) {
        List<String> wrong = new ArrayList<>();
        notes.told().forEach((transfer, answer) -> {
            Verdict truth = found.containsKey(transfer) ? Verdict.COMMIT : Verdict.ABORT;
            Set<Verdict> asked = notes.asked(answer.name());
            if (answer.kind() == Answer.Kind.UNKNOWN && !asked.isEmpty() && !asked.equals(Set.of(truth))) {
                wrong.add(transfer + " heard " + asked + " but is " + truth);
            }
        });
        return wrong;
    }

    /** Transfers told "unknown" that are there. */
    long unknownThere(Notes notes) {
        return notes.told().entrySet().stream()
                .filter(told -> told.getValue().kind() == Answer.Kind.UNKNOWN && found.containsKey(told.getKey()))
                .count();
    }

    int transfers() {
        return found.size();
    }
}
