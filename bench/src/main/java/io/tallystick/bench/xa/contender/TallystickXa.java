package io.tallystick.bench.xa.contender;

import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.xa.BranchDriver;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.XaEngine;
import io.tallystick.xa.XaEngineBuilder;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import io.tallystick.xa.decision.JdbcDecisionStore;
import io.tallystick.xa.journal.JournalDecisionStore;
import java.sql.Connection;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import javax.sql.DataSource;

/** Tallystick with its defaults; only the pools have the size that is the same for all. */
final class TallystickXa implements XaContender {
    private static final int DECISION_CONNECTIONS = 3;

    private final XaEngine engine;
    private final DataSource first;
    private final DataSource last;
    private final List<HikariDataSource> pools;

    private TallystickXa(XaEngine engine, List<HikariDataSource> pools) {
        this.engine = engine;
        this.first = engine.dataSource("first");
        this.last = engine.dataSource("last");
        this.pools = pools;
    }

    /** Where decisions are made durable. */
    enum Store {
        /** In the last participant's own commit. */
        LAST_PARTICIPANT,
        /** In a table beside, written for several transactions at once. It lies in the last database, but under a name of its own. */
        TABLE,
        /** In files of its own, written for several transactions at once. */
        JOURNAL
    }

    static TallystickXa open(Setup setup, Store store) {
        List<HikariDataSource> pools = new ArrayList<>();
        XaEngineBuilder builder = XaEngine.named("bank")
                .node(setup.node())
                .resource(driver("first", setup.first(), setup))
                .resource(driver("last", setup.last(), setup));
        builder.decisions(
                switch (store) {
                    case LAST_PARTICIPANT -> table("last", setup.last(), pools);
                    case TABLE -> table("beside", setup.last(), pools);
                    case JOURNAL ->
                        JournalDecisionStore.open(
                                setup.directory().resolve("decisions"), "journal", InstantSource.system());
                });
        return new TallystickXa(builder.open(), pools);
    }

    private static DecisionStore table(String name, Till till, List<HikariDataSource> pools) {
        HikariDataSource pool = pool(till, DECISION_CONNECTIONS);
        pools.add(pool);
        Jdbc jdbc = Jdbc.on(pool);
        Schema.of(jdbc).install("xa");
        return JdbcDecisionStore.on(name, jdbc);
    }

    private static BranchDriver driver(String name, Till till, Setup setup) {
        PoolSettings settings = PoolSettings.of(name, setup.threads());
        return till.isPostgres()
                ? PostgresBranchDriver.on(pool(till, 1), settings)
                : InnoDbBranchDriver.mariadb(pool(till, 1), settings);
    }

    private static HikariDataSource pool(Till till, int size) {
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(till.url());
        pool.setUsername(till.user());
        pool.setPassword(till.password());
        pool.setMaximumPoolSize(size);
        return pool;
    }

    @Override
    public void transfer(Transfer transfer) throws Exception {
        Callable<Boolean> work = () -> {
            try (Connection debited = first.getConnection()) {
                transfer.debit(debited);
            }
            try (Connection credited = last.getConnection()) {
                transfer.credit(credited);
            }
            return true;
        };
        engine.call(work);
    }

    @Override
    public void close() {
        engine.close();
        pools.forEach(HikariDataSource::close);
    }
}
