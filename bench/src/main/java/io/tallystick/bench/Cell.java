package io.tallystick.bench;

import io.tallystick.bench.contender.Arena;
import io.tallystick.bench.contender.Contender;
import io.tallystick.bench.contender.Entrant;
import io.tallystick.bench.contender.Steps;
import io.tallystick.bench.contender.Workload;
import io.tallystick.testkit.db.TestDatabase;
import java.time.Duration;

/** One contender under one workload with so many clients. */
record Cell(Entrant entrant, Workload workload, int clients) {

    /** Measures it on a database of its own, started for it and ended after it. */
    Sample measure(int round, Duration warmUp, Duration measured) throws Exception {
        Steps steps = new Steps(workload);
        try (TestDatabase database = Servers.start(entrant.database(), entrant.settings());
                Arena arena = new Arena(database, steps, clients);
                Contender contender = entrant.opener().open(arena);
                Meter meter = new Meter(database)) {
            Clients running = Clients.start(contender, steps, clients);
            try {
                running.letRun(warmUp);
                Meter.Reading begin = meter.read();
                running.beginMeasuring();
                running.letRun(measured);
                Meter.Reading end = meter.read();
                LatencyHistogram latency = running.endMeasuring();
                running.stop();
                return new Sample(
                        this, round, end.secondsSince(begin), latency.count(), summary(latency), end.since(begin));
            } finally {
                running.stop();
            }
        }
    }

    private static Sample.Latency summary(LatencyHistogram latency) {
        return new Sample.Latency(latency.millis(0.5), latency.millis(0.99), latency.maxMillis());
    }

    @Override
    public String toString() {
        return entrant.name() + " " + workload.name() + " " + clients;
    }
}
