package io.tallystick.examples.twophase;

import io.tallystick.examples.points.PointsUse;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import io.tallystick.xa.decision.JdbcDecisionStore;
import javax.sql.DataSource;

/**
 * Uses points on a bill, in two databases at once: 100 points and 1,000 won become 0 and 900, or stay as they were. The decision lies in
 * the bill's database, in the commit of the bill itself. Thread-safe.
 */
public final class CardDesk implements AutoCloseable {

    private static final int CONNECTIONS = 8;

    private final XaEngine engine;
    private final Points points;
    private final Bills bills;

    private CardDesk(XaEngine engine) {
        this.engine = engine;
        this.points = new Points(engine.dataSource("points"));
        this.bills = new Bills(engine.dataSource("bills"));
    }

    /**
     * @param points PostgreSQL, with the tables of {@code points.sql}
     * @param bills MariaDB, with those of {@code bills.sql}; the table of decisions is made there
     */
    public static CardDesk open(DataSource points, DataSource bills) {
        Jdbc decisions = Jdbc.on(bills);
        Schema.of(decisions).install("xa");
        return new CardDesk(XaEngine.named("card-desk")
                // the process that is started again in its place need not wait for its lease
                .node("card-desk")
                .resource(PostgresBranchDriver.on(points, PoolSettings.of("points", CONNECTIONS)))
                .resource(InnoDbBranchDriver.mariadb(bills, PoolSettings.of("bills", CONNECTIONS)))
                .decisions(JdbcDecisionStore.on("bills", decisions))
                .open());
    }

    /**
     * All or nothing.
     *
     * @throws IllegalStateException when the card has too few points: nothing has changed
     * @throws io.tallystick.xa.RolledBackException when a database said no: nothing has changed
     * @throws io.tallystick.xa.OutcomeUnknownException when nobody knows yet; the engine goes on asking
     */
    public void use(PointsUse use) throws Exception {
        engine.call(() -> {
            points.take(use);
            bills.discount(use);
            return use;
        });
    }

    XaEngine engine() {
        return engine;
    }

    @Override
    public void close() {
        engine.close();
    }
}
