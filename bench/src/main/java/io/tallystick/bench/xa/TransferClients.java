package io.tallystick.bench.xa;

import io.tallystick.bench.LatencyHistogram;
import io.tallystick.bench.xa.contender.Transfer;
import io.tallystick.bench.xa.contender.XaContender;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** So many threads that each make one transfer after the other, until they are stopped. Used from one thread. */
final class TransferClients {
    private final XaContender contender;
    private final Consumer<Throwable> failure;
    private final List<Client> clients = new ArrayList<>();
    private volatile boolean measuring;
    private volatile boolean stopping;

    TransferClients(XaContender contender, int threads, Consumer<Throwable> failure) {
        this.contender = contender;
        this.failure = failure;
        for (int i = 1; i <= threads; i++) {
            clients.add(new Client(i));
        }
    }

    void start() {
        clients.forEach(client -> client.thread.start());
    }

    void beginMeasuring() {
        measuring = true;
    }

    /** What was measured, as the words of a {@link Measured}. */
    String endMeasuring() {
        measuring = false;
        LatencyHistogram latency = new LatencyHistogram();
        LatencyHistogram hold = new LatencyHistogram();
        clients.forEach(client -> client.takeInto(latency, hold));
        return Measured.of(latency, hold).words();
    }

    /** How many transfers were made since the start. */
    long stop() throws InterruptedException {
        stopping = true;
        long all = 0;
        for (Client client : clients) {
            client.thread.join(TimeUnit.SECONDS.toMillis(60));
            if (client.thread.isAlive()) {
                throw new IllegalStateException(client.thread.getName() + " waits for its transfer since a minute");
            }
            all += client.made;
        }
        return all;
    }

    private final class Client {
        private final Thread thread;
        private final Transfer transfer = new Transfer();
        private final SplittableRandom random;
        private LatencyHistogram latency = new LatencyHistogram();
        private LatencyHistogram hold = new LatencyHistogram();
        private long made;

        private Client(int number) {
            this.random = new SplittableRandom(number);
            this.thread = new Thread(this::work, "client " + number);
            thread.setDaemon(true);
        }

        private void work() {
            try {
                while (!stopping) {
                    oneTransfer();
                }
            } catch (Throwable e) {
                failure.accept(e);
            }
        }

        private void oneTransfer() throws Exception {
            transfer.next(random);
            long begin = System.nanoTime();
            contender.transfer(transfer);
            long end = System.nanoTime();
            made++;
            if (measuring) {
                synchronized (this) {
                    latency.record(end - begin);
                    hold.record(end - transfer.lockedAt());
                }
            }
        }

        private synchronized void takeInto(LatencyHistogram allLatency, LatencyHistogram allHold) {
            allLatency.add(latency);
            allHold.add(hold);
            latency = new LatencyHistogram();
            hold = new LatencyHistogram();
        }
    }
}
