package io.tallystick.bench.xa.contender;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** Both rows in the first database and one commit: what the transfer costs where no two-phase commit is needed. */
final class LocalOnly implements XaContender {
    private final BlockingQueue<Connection> seats;

    private LocalOnly(BlockingQueue<Connection> seats) {
        this.seats = seats;
    }

    static LocalOnly open(Setup setup) throws SQLException {
        BlockingQueue<Connection> seats = new ArrayBlockingQueue<>(setup.threads());
        for (int i = 0; i < setup.threads(); i++) {
            Connection connection = setup.first().connect();
            connection.setAutoCommit(false);
            seats.add(connection);
        }
        return new LocalOnly(seats);
    }

    @Override
    public void transfer(Transfer transfer) throws Exception {
        Connection seat = seats.take();
        transfer.debit(seat);
        transfer.creditBeside(seat);
        seat.commit();
        seats.add(seat);
    }

    @Override
    public void close() throws SQLException {
        for (Connection seat : seats) {
            seat.close();
        }
    }
}
