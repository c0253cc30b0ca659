package io.tallystick.spring;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.CandidPool;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.mysql.MySqlDataSources;
import io.tallystick.postgres.PostgresDataSources;
import io.tallystick.xa.BranchDriver;
import io.tallystick.xa.XaEngineBuilder;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import io.tallystick.xa.decision.JdbcDecisionStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ClassUtils;

/** The databases of the properties, as an engine wants them. Closed after the engine. Used by the thread that starts the application. */
final class ConfiguredResources implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredResources.class);
    private static final String POSTGRES = "jdbc:postgresql:";
    private static final String MARIADB = "jdbc:mariadb:";
    private static final String MYSQL = "jdbc:mysql:";
    private static final String KINDS = POSTGRES + ", " + MARIADB + " or " + MYSQL;

    /** Decisions share writes: a few connections carry those of many transactions. */
    private static final int DECISION_CONNECTIONS = 3;

    private final Map<String, BranchDriver> drivers = new LinkedHashMap<>();
    private @Nullable HikariDataSource decisionPool;
    private @Nullable JdbcDecisionStore decisions;

    private ConfiguredResources() {}

    /**
     * A database that is away is no mistake: it may come while the application runs.
     *
     * @throws MisconfiguredException with all that is wrong with the properties at once; nothing stays open then
     */
    static ConfiguredResources open(XaProperties properties) {
        ConfiguredResources opened = new ConfiguredResources();
        try {
            opened.all(properties);
            return opened;
        } catch (RuntimeException e) {
            opened.close();
            throw e;
        }
    }

    private void all(XaProperties properties) {
        Mistakes mistakes = new Mistakes();
        if (properties.service() == null) {
            mistakes.add("tallystick.xa.service is not set: expected the name that all replicas of this service share");
        }
        PeersAndKeys.check(properties, mistakes);
        String home = home(properties, mistakes);
        properties
                .resources()
                .forEach((name, resource) -> mistakes.from(
                        "tallystick.xa.resources." + name,
                        () -> open(name, resource, name.equals(home) ? properties.decisions() : null, mistakes)));
        mistakes.throwIfAny();
    }

    private void open(
            String name, XaProperties.Resource resource, XaProperties.@Nullable Decisions home, Mistakes mistakes) {
        try (CandidPool template = template(name, resource)) {
            boolean isThere = isThere(name, resource, template);
            // takes from the template how to connect, and makes connections of its own
            drivers.put(name, driver(name, resource, template));
            if (home != null) {
                HikariDataSource pool = decisionPool(name, template);
                decisionPool = pool;
                if (isThere) {
                    mistakes.from("tallystick.xa.decisions", () -> tables(pool, home));
                }
                decisions = JdbcDecisionStore.on(name, Jdbc.on(pool));
            }
        }
    }

    /** Who is refused now is refused for ever, whereas who finds nobody there may find somebody later. */
    private static boolean isThere(String name, XaProperties.Resource resource, CandidPool template) {
        Dialect dialect;
        try {
            dialect = Jdbc.on(template.tellingWhenNobodyListens()).dialect();
        } catch (UnavailableException e) {
            LOG.warn("resource '{}' is away, the application starts without it: {}", name, e.getMessage());
            return false;
        }
        String scheme = scheme(dialect);
        if (!resource.url().startsWith(scheme)) {
            throw new IllegalArgumentException("its server is " + dialect.productName() + ": let its url begin with "
                    + scheme + ", because their transactions are named and ended differently");
        }
        return true;
    }

    private static String scheme(Dialect dialect) {
        return switch (dialect) {
            case POSTGRESQL -> POSTGRES;
            case MARIADB -> MARIADB;
            case MYSQL -> MYSQL;
        };
    }

    private static String home(XaProperties properties, Mistakes mistakes) {
        Map<String, XaProperties.Resource> resources = properties.resources();
        String named = properties.decisions().in();
        if (named != null && !resources.containsKey(named)) {
            mistakes.add("tallystick.xa.decisions.in is '" + named + "': expected one of the resources "
                    + resources.keySet());
        }
        if (named == null && resources.size() > 1) {
            mistakes.add("tallystick.xa.resources has " + resources.keySet()
                    + ", and nothing says where decisions are kept: set tallystick.xa.decisions.in to one of them");
        }
        return named == null ? String.join("", resources.keySet()) : named;
    }

    private static CandidPool template(String name, XaProperties.Resource resource) {
        // what is not set at all is bound as null
        if (resource.url() == null || resource.username() == null) {
            throw new IllegalArgumentException("it has no "
                    + (resource.url() == null
                            ? "url: expected one that begins with " + KINDS
                            : "username: name the database user"));
        }
        if (Stream.of(POSTGRES, MARIADB, MYSQL).noneMatch(resource.url()::startsWith)) {
            throw new IllegalArgumentException(
                    "its url is of no database that can take part: expected one that begins with " + KINDS);
        }
        ConnectionSettings settings = ConnectionSettings.of(resource.url(), resource.username(), resource.password())
                .withPoolSize(1);
        String needed = resource.url().startsWith(POSTGRES) ? "postgres.PostgresDataSources" : "mysql.MySqlDataSources";
        if (!ClassUtils.isPresent("io.tallystick." + needed, ConfiguredResources.class.getClassLoader())) {
            throw new IllegalStateException("resource '" + name + "' needs the module tallystick-"
                    + needed.substring(0, needed.indexOf('.')) + ": add it to the dependencies");
        }
        return resource.url().startsWith(POSTGRES)
                ? PostgresDataSources.open(settings)
                : MySqlDataSources.open(settings);
    }

    private static BranchDriver driver(String name, XaProperties.Resource resource, CandidPool template) {
        PoolSettings pool = PoolSettings.of(name, resource.connections());
        if (resource.url().startsWith(POSTGRES)) {
            return PostgresBranchDriver.on(template, pool);
        }
        return resource.url().startsWith(MYSQL)
                ? InnoDbBranchDriver.mysql(template, pool)
                : InnoDbBranchDriver.mariadb(template, pool);
    }

    /** In autocommit mode, in which a decision costs one round trip. */
    private static HikariDataSource decisionPool(String name, CandidPool template) {
        HikariConfig config = new HikariConfig();
        template.copyStateTo(config);
        config.setPoolName(name + "-decisions");
        config.setAutoCommit(true);
        config.setMaximumPoolSize(DECISION_CONNECTIONS);
        config.setMinimumIdle(1);
        return new HikariDataSource(config);
    }

    private static void tables(HikariDataSource pool, XaProperties.Decisions settings) {
        Schema schema = Schema.of(Jdbc.on(pool));
        try {
            if (settings.createTables()) {
                schema.install("xa");
            }
        } catch (RejectedException e) {
            throw new IllegalStateException(
                    "create-tables is true, and the tables cannot be made: " + e.getMessage()
                            + "; let their owner run: tally schema install xa, and leave create-tables out",
                    e);
        }
        try {
            schema.require("xa");
        } catch (RejectedException e) {
            throw new IllegalStateException(e.getMessage() + "\nor set tallystick.xa.decisions.create-tables=true", e);
        }
    }

    void addTo(XaEngineBuilder engine) {
        drivers.values().forEach(engine::resource);
        if (decisions != null) {
            engine.decisions(decisions);
        }
    }

    /** Also what an engine has closed already, or could not be made of. */
    @Override
    public void close() {
        drivers.values().forEach(BranchDriver::close);
        if (decisions != null) {
            decisions.close();
        }
        if (decisionPool != null) {
            decisionPool.close();
        }
    }
}
