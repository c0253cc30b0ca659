package io.tallystick.bench.xa.contender;

import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

/** Both phases in both databases at once, and no log at all: after a crash nobody knows what was decided. */
final class HandParallel implements XaContender {
    private final BlockingQueue<Seat> seats;
    private final ExecutorService others = Executors.newCachedThreadPool(task -> {
        Thread thread = new Thread(task, "other branch");
        thread.setDaemon(true);
        return thread;
    });
    private final AtomicLong numbers = new AtomicLong();
    private final String prefix;

    private HandParallel(BlockingQueue<Seat> seats, String prefix) {
        this.seats = seats;
        this.prefix = prefix;
    }

    static HandParallel open(Setup setup) throws SQLException {
        BlockingQueue<Seat> seats = new ArrayBlockingQueue<>(setup.threads());
        for (int i = 0; i < setup.threads(); i++) {
            seats.add(new Seat(HandBranch.open(setup.first()), HandBranch.open(setup.last())));
        }
        return new HandParallel(seats, setup.node() + '-' + System.currentTimeMillis() + '-');
    }

    @Override
    public void transfer(Transfer transfer) throws Exception {
        Seat seat = seats.take();
        String name = prefix + numbers.incrementAndGet();
        String other = name + "-2";
        transfer.debit(seat.first.connection);
        seat.last.credit(transfer, other);
        Future<?> vote = others.submit(() -> {
            seat.last.prepare(other);
            return null;
        });
        seat.first.prepare(name);
        vote.get();
        Future<?> acknowledgement = others.submit(() -> {
            seat.last.commit(other);
            return null;
        });
        seat.first.commit(name);
        acknowledgement.get();
        seats.add(seat);
    }

    @Override
    public void close() throws SQLException {
        others.shutdownNow();
        for (Seat seat : seats) {
            seat.first.close();
            seat.last.close();
        }
    }

    private record Seat(HandBranch first, HandBranch last) {}
}
