package io.tallystick.bench.xa;

import io.tallystick.bench.Pause;
import io.tallystick.bench.ProcessTime;
import io.tallystick.bench.Processors;
import io.tallystick.bench.xa.contender.Setup;
import io.tallystick.bench.xa.contender.XaEntrant;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One contender between the databases of one pair, in one process that is warmed up once and then measured with each number of clients,
 * one after the other: what a process compiles in its first seconds would be measured again in each of several.
 *
 * @param traced whether strace counts the process's forced writes, which slows it down
 */
record XaRun(XaEntrant entrant, Pair pair, List<Integer> threads, boolean traced) {
    private static final int WARMING = 8;
    private static final Duration SETTLING = Duration.ofSeconds(1);

    /** Measures it on databases of its own. */
    void measure(Bank bank, int round, Duration warmUp, Duration measured, Consumer<XaSample> found) throws Exception {
        try (Scratch scratch = new Scratch();
                Bank.Accounts accounts = bank.accounts()) {
            Path trace = traced ? scratch.path().resolve("trace") : null;
            try (CoordinatorProcess process = CoordinatorProcess.start(entrant, setup(accounts, scratch), trace)) {
                process.awaitReady().work(WARMING);
                Pause.of(warmUp);
                long made = process.rest();
                for (int count : threads) {
                    process.work(count);
                    Pause.of(SETTLING);
                    Reading begin = Reading.take(accounts, process, trace);
                    process.beginMeasuring();
                    Pause.of(measured);
                    Measured seen = process.endMeasuring();
                    Reading end = Reading.take(accounts, process, trace);
                    made += process.rest();
                    accounts.check(made);
                    found.accept(new XaSample(
                            new XaCell(entrant, pair, count), round, end.secondsSince(begin), seen, end.since(begin)));
                }
                process.stop();
            }
        }
    }

    private Setup setup(Bank.Accounts accounts, Scratch scratch) {
        return new Setup(
                Bank.Accounts.till(accounts.first()),
                Bank.Accounts.till(accounts.last()),
                Math.max(WARMING, Collections.max(threads)),
                scratch.path(),
                "bench",
                false);
    }

    private record Reading(
            double databaseForced,
            double coordinatorForced,
            Processors processors,
            Duration coordinator,
            Duration databases,
            long nanos) {

        static Reading take(Bank.Accounts accounts, CoordinatorProcess process, @Nullable Path trace)
                throws SQLException, IOException {
            return new Reading(
                    accounts.forcedWrites(),
                    trace == null ? Double.NaN : calls(trace),
                    Processors.now(),
                    ProcessTime.of(process.pid()),
                    accounts.processorTime(),
                    System.nanoTime());
        }

        /** A call that another thread's call interrupts in the trace has two lines; only its first one has a bracket that opens. */
        private static double calls(Path trace) throws IOException {
            try (var lines = Files.lines(trace)) {
                return lines.filter(line -> line.contains("sync") && !line.contains("resumed>"))
                        .count();
            }
        }

        double secondsSince(Reading earlier) {
            return (nanos - earlier.nanos) / 1e9;
        }

        XaSample.Cost since(Reading earlier) {
            return new XaSample.Cost(
                    databaseForced - earlier.databaseForced,
                    coordinatorForced - earlier.coordinatorForced,
                    processors.idleSince(earlier.processors),
                    coordinator.minus(earlier.coordinator).toNanos() / 1e9,
                    databases.minus(earlier.databases).toNanos() / 1e9);
        }
    }
}
