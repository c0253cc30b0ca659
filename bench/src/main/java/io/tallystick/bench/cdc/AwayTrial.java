package io.tallystick.bench.cdc;

import io.tallystick.bench.LatencyHistogram;
import io.tallystick.bench.Pause;
import io.tallystick.bench.cdc.contender.CdcEntrant;
import io.tallystick.bench.cdc.contender.Replication;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/**
 * What the source's clients notice of a target that is away, and when it has caught up. Commits are counted from when they were due, for
 * as long a time before as during the absence.
 */
final class AwayTrial {
    private final Stage stage;
    private final int perSecond;
    private final Duration warmUp;
    private final Duration away;

    AwayTrial(Stage stage, int perSecond, Duration warmUp, Duration away) {
        this.stage = stage;
        this.perSecond = perSecond;
        this.warmUp = warmUp;
        this.away = away;
    }

    Map<Figure, Double> measure(CdcEntrant entrant) throws Exception {
        int first = commits(warmUp);
        int gone = first + commits(away);
        Pacer pacer = new Pacer(stage.source(), perSecond, gone + commits(away));
        long back;
        long caughtUp;
        try (Replication replication = Running.start(stage, entrant)) {
            pacer.start();
            Pause.of(warmUp.plus(away));
            stage.target().stop();
            try {
                pacer.await();
            } finally {
                stage.target().restart();
            }
            back = System.nanoTime();
            new Copied(replication).row(stage, pacer.transactions());
            caughtUp = System.nanoTime();
        }
        new Comparison(Shape.SMALL, stage.source(), stage.target()).check();
        LatencyHistogram before = commits(pacer, first, gone);
        LatencyHistogram during = commits(pacer, gone, pacer.transactions());
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.BEFORE_P50, before.millis(0.5));
        figures.put(Figure.AWAY_P50, during.millis(0.5));
        figures.put(Figure.BEFORE_P99, before.millis(0.99));
        figures.put(Figure.AWAY_P99, during.millis(0.99));
        figures.put(Figure.BEFORE_MAX, before.maxMillis());
        figures.put(Figure.AWAY_MAX, during.maxMillis());
        figures.put(Figure.CATCH_UP, (caughtUp - back) / 1e9);
        return figures;
    }

    private int commits(Duration time) {
        return (int) (perSecond * time.toMillis() / 1_000);
    }

    private static LatencyHistogram commits(Pacer pacer, int after, int to) {
        LatencyHistogram latency = new LatencyHistogram();
        for (int id = after + 1; id <= to; id++) {
            latency.record(pacer.committed(id) - pacer.due(id));
        }
        return latency;
    }
}
