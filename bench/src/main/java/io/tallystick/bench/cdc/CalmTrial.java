package io.tallystick.bench.cdc;

import io.tallystick.bench.Pause;
import io.tallystick.bench.cdc.contender.CdcEntrant;
import io.tallystick.bench.cdc.contender.Replication;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** How much of one processor a pipeline uses through which nothing flows: here, at the source and at the target. */
final class CalmTrial {
    private static final int ROWS_BEFORE = 2_000;
    private static final Duration CALM = Duration.ofSeconds(5);
    private static final Duration MEASURED = Duration.ofSeconds(20);

    private final Stage stage;
    private final Usage alone;

    private CalmTrial(Stage stage, Usage alone) {
        this.stage = stage;
        this.alone = alone;
    }

    /** Measures first what is used without any pipeline. */
    static CalmTrial on(Stage stage) throws InterruptedException {
        Pause.of(CALM);
        return new CalmTrial(stage, rest(stage));
    }

    Map<Figure, Double> measure(CdcEntrant entrant) throws Exception {
        Pacer pacer = new Pacer(stage.source(), 1_000, ROWS_BEFORE);
        Usage used;
        try (Replication replication = Running.start(stage, entrant)) {
            pacer.start();
            pacer.await();
            new Copied(replication).row(stage, ROWS_BEFORE);
            Pause.of(CALM);
            used = rest(stage);
        }
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.JVM_SHARE, Usage.percent(used.jvm(), MEASURED));
        figures.put(Figure.JVM_ALONE, Usage.percent(alone.jvm(), MEASURED));
        figures.put(Figure.SOURCE_SHARE, Usage.percent(used.source(), MEASURED));
        figures.put(Figure.SOURCE_ALONE, Usage.percent(alone.source(), MEASURED));
        figures.put(Figure.TARGET_SHARE, Usage.percent(used.target(), MEASURED));
        figures.put(Figure.TARGET_ALONE, Usage.percent(alone.target(), MEASURED));
        return figures;
    }

    private static Usage rest(Stage stage) throws InterruptedException {
        Usage before = Usage.now(stage);
        Pause.of(MEASURED);
        return Usage.now(stage).since(before);
    }
}
