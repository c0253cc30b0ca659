package io.tallystick.message;

import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.TallystickException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Forgets the barrier rows of sagas that ended longer ago than they are kept, page by page with pauses, on a daemon thread of
 * low priority. Several, in several processes, share the work: each skips the rows that another has locked.
 */
final class BarrierRetention implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(BarrierRetention.class);
    private static final Duration BETWEEN_PAGES = Duration.ofMillis(50);

    private final Jdbc jdbc;
    private final MessageRuntime runtime;
    private final Duration keep;
    private final Duration every;
    private final Barrier barrier = new Barrier();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread thread;

    private BarrierRetention(Jdbc jdbc, MessageRuntime runtime, Duration keep, Duration every) {
        this.jdbc = jdbc;
        this.runtime = runtime;
        this.keep = keep;
        this.every = every;
        this.thread = new Thread(this::run, "tally-barrier-retention");
        thread.setDaemon(true);
        thread.setPriority(Thread.MIN_PRIORITY);
    }

    static BarrierRetention start(Jdbc jdbc, MessageRuntime runtime, Duration keep, Duration every) {
        BarrierRetention retention = new BarrierRetention(jdbc, runtime, keep, every);
        retention.thread.start();
        return retention;
    }

    private void run() {
        try {
            Duration pause = every;
            while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                pause = forgetSome() > 0 ? BETWEEN_PAGES : every;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int forgetSome() {
        try {
            return jdbc.inTransaction(tx -> barrier.purge(tx, runtime.now().minus(keep)));
        } catch (TallystickException e) {
            LOG.warn("barrier rows stay a while longer: {}", e.getMessage());
        } catch (RuntimeException | Error e) { // thrown on, it would silently end the retention
            LOG.error("barrier rows stay a while longer", e);
        }
        return 0;
    }

    /** Ends after the page that is being forgotten. */
    @Override
    public void close() {
        stopped.countDown();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
