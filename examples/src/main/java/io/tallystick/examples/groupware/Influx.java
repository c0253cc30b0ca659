package io.tallystick.examples.groupware;

import io.tallystick.examples.play.Stage;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Accounts stream in, one after the other, some of them renamed or removed again, until it is closed. */
final class Influx implements AutoCloseable {

    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();
    /** Enough to be in the middle of something. */
    private static final int SOME = 8;

    private final Stage stage;
    private final AccountHolders holders;
    private final CompletableFuture<Void> all;
    private volatile boolean enough;
    private volatile int made;

    private Influx(Stage stage, AccountHolders holders) {
        this.stage = stage;
        this.holders = holders;
        this.all = CompletableFuture.runAsync(this::make);
    }

    /** Begins, and returns when accounts do stream. */
    static Influx of(Stage stage, AccountHolders holders) {
        Influx influx = new Influx(stage, holders);
        influx.awaitMore();
        return influx;
    }

    /** Waits until some more accounts were made. */
    void awaitMore() {
        int before = made;
        stage.await(() -> made >= before + SOME || all.isDone());
    }

    /** @throws RuntimeException when somebody was not answered for a minute */
    @Override
    public void close() {
        enough = true;
        all.join();
    }

    private void make() {
        int number = 0;
        while (!enough) {
            Account account = holders.open(stage);
            if (number % 3 == 1) {
                account = holders.rename(stage, account, account.name() + " 새 이름");
            }
            if (number % 5 == 2) {
                holders.remove(stage, account);
            }
            number++;
            made = number;
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
