package io.tallystick.bench.cdc;

import io.tallystick.bench.cdc.contender.CdcEntrant;
import io.tallystick.bench.cdc.contender.Replication;

/** A contender that carries already. */
final class Running {
    private Running() {}

    /** On empty tables; returns when a first row, of key 0, has arrived. */
    static Replication start(Stage stage, CdcEntrant entrant) throws Exception {
        stage.emptySource(Shape.SMALL);
        stage.emptyTarget(Shape.SMALL);
        Replication replication = entrant.open(stage.line(entrant, Shape.SMALL));
        try {
            replication.prepare();
            replication.start();
            stage.source().execute("INSERT INTO bench (id) VALUES (0)");
            new Copied(replication).row(stage, 0);
            System.gc();
            return replication;
        } catch (Exception | LinkageError e) {
            replication.close();
            throw e;
        }
    }
}
