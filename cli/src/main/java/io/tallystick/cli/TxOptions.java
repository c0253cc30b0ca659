package io.tallystick.cli;

import com.zaxxer.hikari.util.DriverDataSource;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.BranchDriver;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.XaDesk;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.JdbcDecisionStore;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.sql.DataSource;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which databases take part in transactions, under the names that the engine gives them. */
@Command
final class TxOptions {

    private static final Duration WAIT = Duration.ofSeconds(10);

    @Mixin
    private DatabaseOptions database;

    @Option(
            names = "--resource",
            paramLabel = "NAME=JDBC-URL",
            description = "a database that takes part, under the name that its engine gives it; repeat it for each."
                    + " Its user and password as for --url, or TALLY_USER_NAME and TALLY_PASSWORD_NAME")
    private Map<String, String> resources = new LinkedHashMap<>();

    @Option(
            names = "--decisions",
            paramLabel = "NAME",
            description = "name of the decision store in the database named by --url, if that takes no part itself")
    private String decisions = "";

    /** One database under its name. */
    record Named(String name, DataSource source, Dialect dialect, boolean takesPart) {

        BranchDriver driver() {
            PoolSettings settings = PoolSettings.of(name, 2).withBorrow(WAIT).withLock(WAIT);
            return switch (dialect) {
                case POSTGRESQL -> PostgresBranchDriver.on(source, settings);
                case MARIADB -> InnoDbBranchDriver.mariadb(source, settings);
                case MYSQL -> InnoDbBranchDriver.mysql(source, settings);
            };
        }

        Jdbc jdbc() {
            return Jdbc.on(source, dialect);
        }

        boolean hasTables() {
            return Schema.of(jdbc()).problems("xa").isEmpty();
        }
    }

    /** All databases named, each reached once, so that what is wrong with one is told at once and by its name. */
    List<Named> reached() {
        return reached(failure -> {
            throw failure;
        });
    }

    /** @param silent hears of each that does not answer, which is then left out */
    private List<Named> reached(Consumer<UnavailableException> silent) {
        List<Named> all = new ArrayList<>();
        resources.forEach((name, url) -> reach(all, () -> reach(name, database.open(url, name), true), silent));
        if (!decisions.isEmpty()) {
            reach(all, () -> reach(decisions, database.open(), false), silent);
        }
        if (resources.isEmpty() && decisions.isEmpty()) {
            throw new Stop(
                    Exit.USAGE,
                    "Say which databases take part, by the names that the engine gives them:"
                            + " --resource orders=jdbc:postgresql://host/db --resource stock=jdbc:mariadb://host/db.");
        }
        return all;
    }

    private static void reach(List<Named> all, Supplier<Named> one, Consumer<UnavailableException> silent) {
        try {
            all.add(one.get());
        } catch (UnavailableException e) {
            silent.accept(e);
        }
    }

    private Named reach(String name, Database connection, boolean takesPart) {
        try (connection) {
            Dialect dialect = database.jdbc(connection).dialect();
            DataSource source = new DriverDataSource(connection.getUrl(), null, connection.properties(), null, null);
            return new Named(name, source, dialect, takesPart);
        }
    }

    /** A desk at all of them; close it. */
    OpenDesk open() {
        return open(reached(), List.of());
    }

    /**
     * The same to look only: what is away is left out and told, because it is when a database is lost that people look.
     *
     * @throws UnavailableException when none answers
     */
    OpenDesk openThoseThatAnswer() {
        List<UnavailableException> silent = new ArrayList<>();
        List<Named> all = reached(silent::add);
        if (all.isEmpty()) {
            throw silent.get(0);
        }
        return open(
                all, silent.stream().map(e -> String.valueOf(e.getMessage())).toList());
    }

    private static OpenDesk open(List<Named> all, List<String> silent) {
        List<BranchDriver> drivers = new ArrayList<>();
        List<DecisionStore> stores = new ArrayList<>();
        List<String> without = new ArrayList<>();
        for (Named named : all) {
            if (named.takesPart()) {
                drivers.add(named.driver());
            }
            if (named.hasTables()) {
                stores.add(JdbcDecisionStore.on(named.name(), named.jdbc()));
            } else {
                without.add(named.name());
            }
        }
        return new OpenDesk(new XaDesk(drivers, stores, InstantSource.system()), drivers, stores, without, silent);
    }

    /**
     * What was opened for one command.
     *
     * @param without databases without the tables of decisions
     * @param silent why others do not answer
     */
    record OpenDesk(
            XaDesk desk,
            List<BranchDriver> drivers,
            List<DecisionStore> stores,
            List<String> without,
            List<String> silent)
            implements AutoCloseable {

        /** Writes off first what was finished. */
        @Override
        public void close() {
            stores.forEach(DecisionStore::close);
            drivers.forEach(BranchDriver::close);
        }
    }
}
