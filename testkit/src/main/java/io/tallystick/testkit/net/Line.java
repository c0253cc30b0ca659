package io.tallystick.testkit.net;

import io.tallystick.testkit.net.Conditions.Flow;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

/** One direction of all connections: its conditions, which may change while bytes wait. */
final class Line {
    private Conditions conditions = Conditions.NORMAL;
    private long delivered;
    private long swallowed;

    synchronized Conditions conditions() {
        return conditions;
    }

    synchronized void change(UnaryOperator<Conditions> change) {
        conditions = change.apply(conditions);
        notifyAll();
    }

    synchronized void countDelivered(int bytes) {
        delivered += bytes;
    }

    synchronized long delivered() {
        return delivered;
    }

    synchronized void countSwallowed(int bytes) {
        swallowed += bytes;
    }

    synchronized long swallowed() {
        return swallowed;
    }

    /** Waits until bytes that arrived at this time may go on, under the conditions of that moment. */
    synchronized Conditions awaitPassage(long arrivedNanos) throws InterruptedException {
        while (true) {
            if (conditions.flow() == Flow.STALL) {
                wait();
                continue;
            }
            long waitNanos = arrivedNanos + conditions.delay().toNanos() - System.nanoTime();
            if (waitNanos <= 0) {
                return conditions;
            }
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(waitNanos, TimeUnit.MILLISECONDS.toNanos(1)));
        }
    }

    /** Waits as long as this many bytes take at the present bandwidth, no longer than until the conditions change. */
    synchronized void pace(int bytes) throws InterruptedException {
        Conditions begun = conditions;
        if (begun.bytesPerSecond() == 0) {
            return;
        }
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(bytes) / begun.bytesPerSecond();
        while (conditions.equals(begun)) {
            long waitNanos = end - System.nanoTime();
            if (waitNanos <= 0) {
                return;
            }
            TimeUnit.NANOSECONDS.timedWait(this, Math.max(waitNanos, TimeUnit.MILLISECONDS.toNanos(1)));
        }
    }
}
