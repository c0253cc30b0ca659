package io.tallystick.spring;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.Schema;
import io.tallystick.jdbc.UnavailableException;
import io.tallystick.mysql.MySqlDataSources;
import io.tallystick.postgres.PostgresDataSources;
import io.tallystick.xa.BranchDriver;
import io.tallystick.xa.XaEngineBuilder;
import io.tallystick.xa.database.InnoDbBranchDriver;
import io.tallystick.xa.database.JdbcDecisionStore;
import io.tallystick.xa.database.PoolSettings;
import io.tallystick.xa.database.PostgresBranchDriver;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ClassUtils;

/** The databases of the properties, as an engine wants them. Closed after the engine. Used by the thread that starts the application. */
final class ConfiguredResources implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ConfiguredResources.class);
    private static final String POSTGRES = "jdbc:postgresql:";
    private static final String MYSQL = "jdbc:mysql:";

    /** Decisions share writes: a few connections carry those of many transactions. */
    private static final int DECISION_CONNECTIONS = 3;

    private final Map<String, BranchDriver> drivers = new LinkedHashMap<>();
    private final @Nullable JdbcDecisionStore decisions;
    private final @Nullable HikariDataSource decisionPool;

    ConfiguredResources(XaProperties properties) {
        String home = home(properties);
        HikariDataSource pool = null;
        for (Map.Entry<String, XaProperties.Resource> resource :
                properties.resources().entrySet()) {
            try (HikariDataSource template = template(resource.getKey(), resource.getValue())) {
                // takes from the template how to connect, and makes connections of its own
                drivers.put(resource.getKey(), driver(resource.getKey(), resource.getValue(), template));
                pool = resource.getKey().equals(home) ? decisionPool(home, template) : pool;
            }
        }
        this.decisionPool = pool;
        this.decisions = pool == null ? null : store(home, pool, properties.decisions());
    }

    private static String home(XaProperties properties) {
        Map<String, XaProperties.Resource> resources = properties.resources();
        String named = properties.decisions().in();
        if (named != null && !resources.containsKey(named)) {
            throw new IllegalArgumentException("tallystick.xa.decisions.in is '" + named
                    + "': expected one of the resources " + resources.keySet());
        }
        if (named == null && resources.size() > 1) {
            throw new IllegalArgumentException("tallystick.xa.resources has " + resources.keySet()
                    + ", and nothing says where decisions are kept: set tallystick.xa.decisions.in to one of them");
        }
        return named == null ? String.join("", resources.keySet()) : named;
    }

    private static HikariDataSource template(String name, XaProperties.Resource resource) {
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

    private static BranchDriver driver(String name, XaProperties.Resource resource, HikariDataSource template) {
        PoolSettings pool = PoolSettings.of(name, resource.connections());
        if (resource.url().startsWith(POSTGRES)) {
            return PostgresBranchDriver.on(template, pool);
        }
        return resource.url().startsWith(MYSQL)
                ? InnoDbBranchDriver.mysql(template, pool)
                : InnoDbBranchDriver.mariadb(template, pool);
    }

    /** In autocommit mode, in which a decision costs one round trip. */
    private static HikariDataSource decisionPool(String name, HikariDataSource template) {
        HikariConfig config = new HikariConfig();
        template.copyStateTo(config);
        config.setPoolName(name + "-decisions");
        config.setAutoCommit(true);
        config.setMaximumPoolSize(DECISION_CONNECTIONS);
        config.setMinimumIdle(1);
        return new HikariDataSource(config);
    }

    private static JdbcDecisionStore store(String name, HikariDataSource pool, XaProperties.Decisions settings) {
        Jdbc jdbc = Jdbc.on(pool);
        try {
            if (settings.createTables()) {
                Schema.of(jdbc).install("xa");
            }
            Schema.of(jdbc).require("xa");
        } catch (UnavailableException e) {
            LOG.warn("resource '{}' is away: whether it has the tables of decisions is not known yet", name, e);
        } catch (RejectedException e) {
            pool.close();
            throw new IllegalStateException(e.getMessage() + "\nor set tallystick.xa.decisions.create-tables=true", e);
        }
        return JdbcDecisionStore.on(name, jdbc);
    }

    void addTo(XaEngineBuilder engine) {
        drivers.values().forEach(engine::resource);
        if (decisions != null) {
            engine.decisions(decisions);
        }
    }

    @Override
    public void close() {
        if (decisionPool != null) {
            decisionPool.close();
        }
    }
}
