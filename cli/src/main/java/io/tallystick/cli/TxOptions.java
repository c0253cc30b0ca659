package io.tallystick.cli;

import com.zaxxer.hikari.util.DriverDataSource;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.xa.BranchDriver;
import io.tallystick.xa.DecisionStore;
import io.tallystick.xa.XaDesk;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import io.tallystick.xa.database.Strangers;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
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
    private List<String> resources = new ArrayList<>();

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

        /** Prepared transactions of others there; none when this user may not look, of which the driver tells. */
        List<String> strangers() {
            try {
                return Strangers.in(jdbc());
            } catch (TallystickException notAllowed) {
                return List.of();
            }
        }
    }

    /** All databases named, each reached once, so that what is wrong with one is told at once and by its name. */
    List<Named> reached() {
        return reached((name, failure) -> {
            throw failure;
        });
    }

    /** @param silent hears of each that does not answer, which is then left out */
    private List<Named> reached(BiConsumer<String, UnavailableException> silent) {
        Map<String, String> named = named();
        List<Named> all = new ArrayList<>();
        named.forEach((name, url) -> reach(all, name, () -> reach(name, database.open(url, name), true), silent));
        if (!decisions.isEmpty()) {
            reach(all, decisions, () -> reach(decisions, database.open(), false), silent);
        }
        return all;
    }

    /** URLs by name. Of two that were given one name, one would be looked at and the other silently left out. */
    private Map<String, String> named() {
        if (resources.isEmpty() && decisions.isEmpty()) {
            throw wrong("Say which databases take part, by the names that the engine gives them:"
                    + " --resource orders=jdbc:postgresql://host/db --resource stock=jdbc:mariadb://host/db.");
        }
        Map<String, String> urls = new LinkedHashMap<>();
        for (String given : resources) {
            int at = given.indexOf('=');
            String name = at < 0 ? "" : given.substring(0, at).strip();
            if (name.isEmpty() || name.startsWith("jdbc:")) {
                throw wrong("--resource wants a name before the URL, the one that the engine gives to this database:"
                        + " --resource orders=jdbc:postgresql://host/db.");
            }
            if (urls.put(name, given.substring(at + 1)) != null) {
                throw wrong("Two databases are given as --resource " + name
                        + ". Give each the name that its engine gives it.");
            }
        }
        if (urls.containsKey(decisions)) {
            throw wrong("'" + decisions + "' is given by --resource and by --decisions. --decisions is for a store in a"
                    + " database that takes no part: leave it out.");
        }
        return urls;
    }

    private static Stop wrong(String message) {
        return new Stop(Exit.USAGE, message);
    }

    /** The same databases for another command, as a person may copy them into a shell. */
    String again() {
        StringBuilder options = new StringBuilder();
        resources.forEach(given -> options.append(" --resource ").append(DatabaseOptions.quoted(given)));
        if (!decisions.isEmpty()) {
            options.append(" --decisions ").append(DatabaseOptions.quoted(decisions));
        }
        return options.append(database.again()).toString();
    }

    private static void reach(
            List<Named> all, String name, Supplier<Named> one, BiConsumer<String, UnavailableException> silent) {
        try {
            all.add(one.get());
        } catch (UnavailableException e) {
            silent.accept(name, e);
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
        return open(new Answering(reached(), Map.of()));
    }

    /**
     * The same to look only: what is away is left out and told, because it is when a database is lost that people look.
     *
     * @throws UnavailableException when none answers
     */
    OpenDesk openThoseThatAnswer() {
        return open(thoseThatAnswer());
    }

    /**
     * @param databases those that answer
     * @param silent the names of the others, and what reaching them ended in
     */
    record Answering(List<Named> databases, Map<String, UnavailableException> silent) {

        /** Why each of the others does not answer. */
        List<String> why() {
            return silent.entrySet().stream()
                    .map(away -> away.getKey() + ": " + away.getValue().getMessage())
                    .toList();
        }
    }

    /**
     * As {@link #reached}, but what is away is left out and told.
     *
     * @throws UnavailableException when none answers
     */
    Answering thoseThatAnswer() {
        Map<String, UnavailableException> silent = new LinkedHashMap<>();
        List<Named> all = reached(silent::put);
        if (all.isEmpty()) {
            throw silent.values().iterator().next();
        }
        return new Answering(all, silent);
    }

    private static OpenDesk open(Answering answering) {
        List<BranchDriver> drivers = new ArrayList<>();
        List<DecisionStore> stores = new ArrayList<>();
        List<DecisionTables> without = new ArrayList<>();
        List<Named> all = answering.databases();
        for (Named named : all) {
            if (named.takesPart()) {
                drivers.add(named.driver());
            }
            DecisionTables tables = DecisionTables.of(named);
            if (tables.usable()) {
                stores.add(JdbcDecisionStore.on(named.name(), named.jdbc()));
            } else {
                without.add(tables);
            }
        }
        List<String> unread = new ArrayList<>(answering.silent().keySet());
        without.forEach(tables -> unread.add(tables.name()));
        XaDesk desk = new XaDesk(drivers, stores, unread, InstantSource.system());
        return new OpenDesk(desk, new Opened(all, drivers, stores), without, answering.why());
    }

    /** What has to be closed after one command. */
    record Opened(List<Named> databases, List<BranchDriver> drivers, List<DecisionStore> stores) {}

    /**
     * What was opened for one command.
     *
     * @param without databases that have no tables of decisions, or whose tables cannot be used
     * @param silent why others do not answer
     */
    record OpenDesk(XaDesk desk, Opened opened, List<DecisionTables> without, List<String> silent)
            implements AutoCloseable {

        /** Whether any decision can be read at all. */
        boolean readsDecisions() {
            return !opened.stores().isEmpty();
        }

        /** Prepared transactions of others, by the resource in which they are; none where nobody may look. */
        Map<String, List<String>> strangers() {
            Map<String, List<String>> all = new LinkedHashMap<>();
            opened.databases().stream().filter(Named::takesPart).forEach(named -> {
                List<String> names = named.strangers();
                if (!names.isEmpty()) {
                    all.put(named.name(), names);
                }
            });
            return all;
        }

        /** Writes off first what was finished. */
        @Override
        public void close() {
            opened.stores().forEach(DecisionStore::close);
            opened.drivers().forEach(BranchDriver::close);
        }
    }
}
