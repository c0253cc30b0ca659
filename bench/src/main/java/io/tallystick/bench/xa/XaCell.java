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
import org.jspecify.annotations.Nullable;

/** One contender between the databases of one pair with so many clients. */
record XaCell(XaEntrant entrant, Pair pair, int threads) {

    /**
     * Measures it on databases of its own in a process of its own.
     *
     * @param traced whether strace counts the process's forced writes, which slows it down
     */
    XaSample measure(Bank bank, int round, Duration warmUp, Duration measured, boolean traced) throws Exception {
        try (Scratch scratch = new Scratch();
                Bank.Accounts accounts = bank.accounts()) {
            Path trace = traced ? scratch.path().resolve("trace") : null;
            try (CoordinatorProcess process = CoordinatorProcess.start(entrant, setup(accounts, scratch), trace)) {
                process.awaitReady().work();
                Pause.of(warmUp);
                Reading begin = Reading.take(accounts, process, trace);
                process.beginMeasuring();
                Pause.of(measured);
                Measured seen = process.endMeasuring();
                Reading end = Reading.take(accounts, process, trace);
                accounts.check(process.stop());
                return new XaSample(this, round, end.secondsSince(begin), seen, end.since(begin));
            }
        }
    }

    private Setup setup(Bank.Accounts accounts, Scratch scratch) {
        return new Setup(
                Bank.Accounts.till(accounts.first()),
                Bank.Accounts.till(accounts.last()),
                threads,
                scratch.path(),
                "bench",
                false);
    }

    @Override
    public String toString() {
        return entrant.name() + " " + pair + " " + threads;
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
