package io.tallystick.bench.cdc;

import io.tallystick.bench.cdc.contender.CdcEntrant;
import io.tallystick.bench.cdc.contender.Replication;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How fast a backlog goes from one server into another: every contender over the same log, one after the other, in turns. A copy that
 * is not the same as the source, row by row, has no rate.
 */
final class DrainTrial {
    private final Stage stage;
    private final List<CdcEntrant> entrants;
    private final Results results;

    DrainTrial(Stage stage, List<CdcEntrant> entrants, Results results) {
        this.stage = stage;
        this.entrants = entrants;
        this.results = results;
    }

    void run(Shape shape, int changes, int round) throws Exception {
        stage.emptySource(shape);
        Map<CdcEntrant, Replication> prepared = new LinkedHashMap<>();
        try {
            for (CdcEntrant entrant : inTurn(round)) {
                prepare(entrant, shape, round, prepared);
            }
            stage.load(shape, changes);
            for (CdcEntrant entrant : List.copyOf(prepared.keySet())) {
                Replication replication = prepared.remove(entrant);
                if (replication != null) {
                    results.attempt(cell(shape, entrant, round), () -> drain(shape, changes, entrant, replication));
                }
            }
        } finally {
            for (Replication left : prepared.values()) {
                left.close();
            }
        }
    }

    private void prepare(CdcEntrant entrant, Shape shape, int round, Map<CdcEntrant, Replication> prepared)
            throws Exception {
        Replication replication = entrant.open(stage.line(entrant, shape));
        try {
            replication.prepare();
            prepared.put(entrant, replication);
        } catch (Exception | LinkageError e) {
            results.failed(cell(shape, entrant, round), e);
            replication.close();
        }
    }

    private Results.Cell cell(Shape shape, CdcEntrant entrant, int round) {
        return new Results.Cell(shape.name(), stage.pair(), entrant.name(), round);
    }

    /** Who reads first warms the server's cache for the others. */
    private List<CdcEntrant> inTurn(int round) {
        List<CdcEntrant> turned = new ArrayList<>(entrants);
        Collections.rotate(turned, -round);
        return turned;
    }

    private Map<Figure, Double> drain(Shape shape, int changes, CdcEntrant entrant, Replication replication)
            throws Exception {
        stage.emptyTarget(shape);
        long taken;
        Usage used;
        try (replication;
                Connection observer = stage.target().connect()) {
            System.gc();
            Usage before = Usage.now(stage);
            long begun = System.nanoTime();
            replication.start();
            Copied copied = new Copied(replication);
            if (entrant.copies()) {
                copied.row(observer, -1);
            } else {
                copied.changes(changes + 1L);
            }
            taken = System.nanoTime() - begun;
            used = Usage.now(stage).since(before);
        }
        if (entrant.copies()) {
            new Comparison(shape, stage.source(), stage.target()).check();
        }
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        figures.put(Figure.RATE, changes * 1e9 / taken);
        figures.put(Figure.JVM_MICROS, Usage.microsEach(used.jvm(), changes));
        figures.put(Figure.SOURCE_MICROS, Usage.microsEach(used.source(), changes));
        figures.put(Figure.TARGET_MICROS, Usage.microsEach(used.target(), changes));
        return figures;
    }
}
