package io.tallystick.bench.cdc;

import io.tallystick.bench.LatencyHistogram;
import io.tallystick.bench.cdc.contender.CdcEntrant;
import io.tallystick.bench.cdc.contender.Replication;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** How long after its commit a row is visible at the target, while so many are committed a second; both by one clock, of this JVM. */
final class PacedTrial {
    private final Stage stage;
    private final Pace pace;

    PacedTrial(Stage stage, Pace pace) {
        this.stage = stage;
        this.pace = pace;
    }

    /**
     * How much is committed and for how long.
     *
     * @param warmUp before it counts
     */
    record Pace(int perSecond, Duration warmUp, Duration measured) {
        int before() {
            return (int) (perSecond * warmUp.toMillis() / 1_000);
        }

        int counted() {
            return (int) (perSecond * measured.toMillis() / 1_000);
        }
    }

    Map<Figure, Double> measure(CdcEntrant entrant) throws Exception {
        Pacer pacer = new Pacer(stage.source(), pace.perSecond, pace.before() + pace.counted());
        Lookout lookout = new Lookout(stage.target(), pacer.transactions());
        try (Replication replication = Running.start(stage, entrant)) {
            lookout.start();
            pacer.start();
            pacer.await();
            new Copied(replication).row(stage, pacer.transactions());
            new Copied(replication).until("the last row", () -> lookout.seen(pacer.transactions()) > 0);
            lookout.end();
        }
        new Comparison(Shape.SMALL, stage.source(), stage.target()).check();
        return figures(pacer, lookout);
    }

    private Map<Figure, Double> figures(Pacer pacer, Lookout lookout) {
        int first = pace.before() + 1;
        LatencyHistogram sinceCommit = new LatencyHistogram();
        LatencyHistogram sinceDue = new LatencyHistogram();
        for (int id = first; id <= pacer.transactions(); id++) {
            // a row may be seen before the client has got its answer
            sinceCommit.record(Math.max(0, lookout.seen(id) - pacer.committed(id)));
            sinceDue.record(lookout.seen(id) - pacer.due(id));
        }
        long taken = pacer.committed(pacer.transactions()) - pacer.due(first);
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.P50, sinceCommit.millis(0.5));
        figures.put(Figure.P99, sinceCommit.millis(0.99));
        figures.put(Figure.P999, sinceCommit.millis(0.999));
        figures.put(Figure.MAX, sinceCommit.maxMillis());
        figures.put(Figure.DUE_P99, sinceDue.millis(0.99));
        figures.put(Figure.PACE, pace.counted() * 1e9 / taken);
        figures.put(Figure.BLIND, lookout.gaps().millis(0.99));
        return figures;
    }
}
