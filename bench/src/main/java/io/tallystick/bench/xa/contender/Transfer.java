package io.tallystick.bench.xa.contender;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.random.RandomGenerator;

/** What a client wants: one unit from a row of the first database to a row of the last. One for each client, used again; not thread-safe. */
public final class Transfer {
    private static final String DEBIT = "UPDATE account SET balance = balance - 1 WHERE id = ?";
    private static final String CREDIT = "UPDATE account SET balance = balance + 1 WHERE id = ?";
    private static final String CREDIT_BESIDE = "UPDATE account_beside SET balance = balance + 1 WHERE id = ?";

    private int from;
    private int to;
    private long lockedAt;

    /** Chooses other rows. */
    public void next(RandomGenerator random) {
        from = random.nextInt(Till.ACCOUNTS);
        to = random.nextInt(Till.ACCOUNTS);
    }

    /** Takes the unit from its row, which is locked from then on. */
    public void debit(Connection first) throws SQLException {
        update(first, DEBIT, from);
        lockedAt = System.nanoTime();
    }

    /** Adds the unit to its row. */
    public void credit(Connection last) throws SQLException {
        update(last, CREDIT, to);
    }

    /** Adds the unit to its row with another statement before, in the same round trip. */
    void credit(Connection last, String before) throws SQLException {
        update(last, before + ';' + CREDIT, to);
    }

    /** Adds the unit to a row of the second table, when both are in one database. */
    void creditBeside(Connection first) throws SQLException {
        update(first, CREDIT_BESIDE, to);
    }

    /** When the first row was locked, by {@link System#nanoTime}. */
    public long lockedAt() {
        return lockedAt;
    }

    private static void update(Connection connection, String sql, int row) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setInt(1, row);
            statement.execute();
        }
    }
}
