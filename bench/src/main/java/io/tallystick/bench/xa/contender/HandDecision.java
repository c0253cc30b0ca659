package io.tallystick.bench.xa.contender;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What a good engineer writes: the first database prepares, the last commits its row together with the decision, the first commits.
 * Three round trips after the updates, nothing on a disk of its own. Decisions that nobody needs any more are deleted many at a time.
 * It recovers nothing.
 */
final class HandDecision implements XaContender {
    private final BlockingQueue<Seat> seats;
    private final DecisionBroom broom;
    private final AtomicLong numbers = new AtomicLong(System.currentTimeMillis() << 20);
    private final String prefix;

    private HandDecision(BlockingQueue<Seat> seats, DecisionBroom broom, String prefix) {
        this.seats = seats;
        this.broom = broom;
        this.prefix = prefix;
    }

    static HandDecision open(Setup setup) throws SQLException {
        try (Connection connection = setup.last().connect();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "CREATE TABLE IF NOT EXISTS hand_decision (number bigint PRIMARY KEY, branches varchar(200) NOT NULL,"
                            + " decided_at bigint NOT NULL)");
        }
        BlockingQueue<Seat> seats = new ArrayBlockingQueue<>(setup.threads());
        for (int i = 0; i < setup.threads(); i++) {
            seats.add(Seat.open(setup));
        }
        return new HandDecision(seats, DecisionBroom.start(setup.last()), setup.node() + '-');
    }

    @Override
    public void transfer(Transfer transfer) throws Exception {
        Seat seat = seats.take();
        long number = numbers.incrementAndGet();
        String name = prefix + number;
        transfer.debit(seat.first.connection);
        transfer.credit(seat.last);
        seat.first.prepare(name);
        seat.decide(number, name);
        seat.first.commit(name);
        broom.done(number);
        seats.add(seat);
    }

    @Override
    public void close() throws Exception {
        broom.close();
        for (Seat seat : seats) {
            seat.first.close();
            seat.last.close();
        }
    }

    private record Seat(HandBranch first, Connection last, PreparedStatement decision) {
        static Seat open(Setup setup) throws SQLException {
            Connection last = setup.last().connect(setup.last().isPostgres() ? "" : "?allowMultiQueries=true");
            last.setAutoCommit(false);
            return new Seat(
                    HandBranch.open(setup.first()),
                    last,
                    last.prepareStatement("INSERT INTO hand_decision VALUES (?, ?, ?);COMMIT"));
        }

        /** The decision and the commit travel together. */
        void decide(long number, String branches) throws SQLException {
            decision.setLong(1, number);
            decision.setString(2, branches);
            decision.setLong(3, System.currentTimeMillis());
            decision.execute();
        }
    }
}
