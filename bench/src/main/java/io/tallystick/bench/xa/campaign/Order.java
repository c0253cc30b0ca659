package io.tallystick.bench.xa.campaign;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

/**
 * A transfer: its legs, in the order in which the places are visited, sum up to nothing.
 *
 * @param id used once in the whole campaign
 */
record Order(String id, List<Leg> legs) {
    static final int ACCOUNTS = 500;
    static final long OPENING_BALANCE = 1_000;
    private static final String CHANGE = "UPDATE account SET balance = balance + ? WHERE id = ?";
    private static final String NOTE = "INSERT INTO leg (transfer, account, amount, parties) VALUES (?, ?, ?, ?)";

    /** What one place has to do. */
    record Leg(Place place, int account, long amount) {}

    /** Two or more of these places, in any order. */
    static Order random(String id, List<Place> places, RandomGenerator random) {
        List<Place> visited = new ArrayList<>(places);
        while (visited.size() > 2 && random.nextInt(3) != 0) {
            visited.remove(random.nextInt(visited.size()));
        }
        List<Leg> legs = new ArrayList<>();
        long left = 0;
        while (visited.size() > 1) {
            long amount = random.nextLong(-50, 51);
            left -= amount;
            legs.add(new Leg(visited.remove(random.nextInt(visited.size())), random.nextInt(ACCOUNTS), amount));
        }
        legs.add(new Leg(visited.get(0), random.nextInt(ACCOUNTS), left));
        return new Order(id, legs);
    }

    /** The letters of all places, sorted: stands in the books of each of them. */
    String parties() {
        return legs.stream()
                .map(leg -> String.valueOf(leg.place().letter()))
                .sorted()
                .collect(Collectors.joining());
    }

    /** Does one leg and notes it, in the transaction of this connection. */
    static void book(Connection connection, String id, Leg leg, String parties) throws SQLException {
        try (PreparedStatement change = connection.prepareStatement(CHANGE)) {
            change.setLong(1, leg.amount());
            change.setInt(2, leg.account());
            change.executeUpdate();
        }
        try (PreparedStatement note = connection.prepareStatement(NOTE)) {
            note.setString(1, id);
            note.setInt(2, leg.account());
            note.setLong(3, leg.amount());
            note.setString(4, parties);
            note.executeUpdate();
        }
    }
}
