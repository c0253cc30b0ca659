package io.tallystick.bench.xa;

import io.tallystick.bench.Pause;
import io.tallystick.bench.xa.contender.Setup;
import io.tallystick.bench.xa.contender.XaEntrant;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Kills a coordinator under load, starts it again at once under its name and with its log, and looks how long branches stay prepared.
 * A kill that left nothing in doubt does not count and is repeated.
 *
 * @param threads clients of each coordinator
 * @param kills how many that left something in doubt
 * @param atOnce how many coordinators on databases of their own are killed at the same moment: recovery that waits for minutes lets
 *     itself be measured side by side
 * @param fastRecovery as in {@link Setup}
 */
record KillTrial(XaEntrant entrant, Pair pair, int threads, int kills, int atOnce, boolean fastRecovery) {
    private static final Duration PATIENCE = Duration.ofMinutes(9);
    private static final Duration LOOK_EVERY = Duration.ofMillis(10);
    private static final Duration CALM = Duration.ofSeconds(1);
    private static final int TRIES = 3;

    Outcome run(Bank bank) throws Exception {
        List<Wait> waits = new ArrayList<>();
        for (int done = 0, tried = 0; done < kills && tried < kills * TRIES; done = waits.size()) {
            List<Wait> some = together(bank, Math.min(atOnce, kills - done), tried);
            tried += some.size();
            some.stream().filter(wait -> wait.inDoubt() > 0 || wait.lost() != 0).forEach(waits::add);
        }
        return new Outcome(this, waits);
    }

    private List<Wait> together(Bank bank, int count, int seed) throws Exception {
        ExecutorService side = Executors.newFixedThreadPool(count);
        try {
            List<Callable<Wait>> tasks = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                int number = seed + i;
                tasks.add(() -> one(bank, number));
            }
            List<Wait> waits = new ArrayList<>();
            for (Future<Wait> wait : side.invokeAll(tasks)) {
                waits.add(wait.get());
            }
            return waits;
        } finally {
            side.shutdownNow();
        }
    }

    private Wait one(Bank bank, int number) throws Exception {
        try (Scratch scratch = new Scratch();
                Bank.Accounts accounts = bank.accounts()) {
            Setup setup = new Setup(
                    Bank.Accounts.till(accounts.first()),
                    Bank.Accounts.till(accounts.last()),
                    threads,
                    scratch.path(),
                    "bench-" + number,
                    fastRecovery);
            try (CoordinatorProcess doomed = CoordinatorProcess.start(entrant, setup, null)) {
                doomed.awaitReady().work(threads);
                Pause.of(Duration.ofMillis(1_500 + new SplittableRandom(number).nextInt(500)));
                doomed.kill();
                long killed = System.nanoTime();
                int inDoubt = accounts.inDoubt();
                int decisionsLeft = accounts.decisionsLeft();
                try (CoordinatorProcess next = CoordinatorProcess.start(entrant, setup, null)) {
                    double seconds = awaitClean(accounts, killed);
                    next.awaitReady();
                    double up = (next.readyAt() - killed) / 1e9;
                    return new Wait(inDoubt, seconds, accounts.lost(), decisionsLeft, up);
                }
            }
        }
    }

    /**
     * Seconds from the kill to the first look of a calm second that found nothing in doubt: a server still works off what had reached
     * it before the kill, and MariaDB shows a branch no more while it is committing it.
     */
    private double awaitClean(Bank.Accounts accounts, long killed) throws Exception {
        long clean = System.nanoTime();
        boolean wasClean = false;
        while (!wasClean || System.nanoTime() - clean < CALM.toNanos()) {
            boolean isClean = accounts.inDoubt() == 0;
            clean = isClean && !wasClean ? System.nanoTime() : clean;
            wasClean = isClean;
            if (System.nanoTime() - killed > PATIENCE.toNanos()) {
                throw new IllegalStateException(entrant.name() + ": " + accounts.inDoubt()
                        + " branches are still in doubt " + PATIENCE + " after the kill");
            }
            Pause.of(LOOK_EVERY);
        }
        return (clean - killed) / 1e9;
    }

    /**
     * What one kill left, and how long it stayed.
     *
     * @param lost units taken more often than they arrived; negative when they arrived more often
     * @param decisionsLeft decisions that recovery finds, most of them finished before the kill and not written off yet
     * @param up seconds from the kill until the new process was up: the start of a JVM, before which nobody could have recovered anything
     */
    record Wait(int inDoubt, double seconds, long lost, int decisionsLeft, double up) {}

    record Outcome(KillTrial trial, List<Wait> waits) {

        static String head() {
            return "| contender | pair | recovery | kills | branches in doubt | decisions found, most | new process up, p50 s | shortest s | p50 s | p99 s | longest s | kills after which money was missing or too much |\n"
                    + "|---|---|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|";
        }

        String markdown() {
            List<Double> sorted =
                    new ArrayList<>(waits.stream().map(Wait::seconds).toList());
            if (sorted.isEmpty()) {
                return "| " + trial.entrant.name() + " | " + trial.pair + " | " + speed() + " | 0 | 0 | | | | | | | |";
            }
            Collections.sort(sorted);
            return String.format(
                    Locale.ROOT,
                    "| %s | %s | %s | %d | %d | %d | %.2f | %.2f | %.2f | %.2f | %.2f | %d |",
                    trial.entrant.name(),
                    trial.pair,
                    speed(),
                    sorted.size(),
                    waits.stream().mapToInt(Wait::inDoubt).sum(),
                    waits.stream().mapToInt(Wait::decisionsLeft).max().orElse(0),
                    quantile(waits.stream().map(Wait::up).sorted().toList(), 0.5),
                    sorted.get(0),
                    quantile(sorted, 0.5),
                    quantile(sorted, 0.99),
                    sorted.get(sorted.size() - 1),
                    waits.stream().filter(wait -> wait.lost != 0).count());
        }

        /** One line a kill. */
        List<String> csv() {
            return waits.stream()
                    .map(wait -> String.format(
                            Locale.ROOT,
                            "%s,%s,%s,%d,%d,%.3f,%d,%d,%.3f",
                            trial.entrant.name(),
                            trial.pair,
                            speed(),
                            trial.threads,
                            wait.inDoubt,
                            wait.seconds,
                            wait.lost,
                            wait.decisionsLeft,
                            wait.up))
                    .toList();
        }

        private String speed() {
            return trial.fastRecovery ? "fastest" : "default";
        }

        private static double quantile(List<Double> sorted, double share) {
            return sorted.get((int) Math.ceil(share * sorted.size()) - 1);
        }
    }
}
