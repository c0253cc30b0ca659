package io.tallystick.bench.xa.contender;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import javax.sql.XAConnection;
import javax.transaction.xa.XAResource;

/** The smallest pool of XA connections there can be: one for each client, all open. Thread-safe. */
final class XaSeats implements AutoCloseable {
    private final BlockingQueue<Seat> free;

    private XaSeats(BlockingQueue<Seat> free) {
        this.free = free;
    }

    static XaSeats open(Till till, int size) throws SQLException {
        BlockingQueue<Seat> seats = new ArrayBlockingQueue<>(size);
        for (int i = 0; i < size; i++) {
            XAConnection xa = till.xaDataSource().getXAConnection();
            seats.add(new Seat(xa, xa.getXAResource(), xa.getConnection()));
        }
        return new XaSeats(seats);
    }

    Seat take() throws InterruptedException {
        return free.take();
    }

    void give(Seat seat) {
        free.add(seat);
    }

    @Override
    public void close() throws SQLException {
        for (Seat seat : free) {
            seat.xa.close();
        }
    }

    record Seat(XAConnection xa, XAResource resource, Connection connection) {}
}
