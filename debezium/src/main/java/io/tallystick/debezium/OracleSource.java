package io.tallystick.debezium;

import io.debezium.config.Configuration;
import io.debezium.connector.oracle.OracleConnection;
import io.debezium.connector.oracle.OracleConnectorConfig;
import io.debezium.connector.oracle.OracleConnectorTask;
import io.debezium.connector.oracle.OracleDefaultValueConverter;
import io.debezium.connector.oracle.OracleValueConverters;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.connect.source.SourceTask;
import org.jspecify.annotations.Nullable;

/** Oracle through Debezium's connector, by LogMiner. Untested on a live Oracle. */
final class OracleSource implements Connector {

    /** The structures of many tables take their time. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    private final OracleSettings settings;

    OracleSource(OracleSettings settings) {
        this.settings = settings;
    }

    @Override
    public String name() {
        return settings.url();
    }

    @Override
    public SourceTask task() {
        return new OracleConnectorTask();
    }

    @Override
    public Map<String, String> settings(Set<TableName> tables) {
        return settings.properties(tables);
    }

    @Override
    public Access access() throws SQLException {
        Map<String, String> all = new HashMap<>(settings.properties(Set.of()));
        all.putAll(AdapterSettings.of("not used"));
        OracleConnectorConfig config = new OracleConnectorConfig(Configuration.from(all));
        OracleConnection connection = new OracleConnection(config, true);
        try {
            if (!settings.pluggable().isEmpty()) {
                connection.setSessionToPdb(settings.pluggable());
            }
            // keys sort as they compare, whatever the language of the client
            try (Statement statement = connection.connection().createStatement()) {
                statement.execute("ALTER SESSION SET NLS_SORT = BINARY NLS_COMP = BINARY");
            }
            OracleValueConverters values = config.getAdapter().getValueConverter(config, connection);
            return new Access(connection, config, values, new OracleDefaultValueConverter(values, connection), "");
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /** A database that was opened with RESETLOGS counts its system change numbers anew. */
    @Override
    public String history(Connection connection) throws SQLException {
        return Objects.requireNonNull(one(connection, "SELECT DBID || '/' || RESETLOGS_CHANGE# FROM V$DATABASE"));
    }

    /** The number first: a transaction that is not open any more then is visible to whoever asks later. */
    @Override
    public OracleMoment moment(Connection connection) throws SQLException {
        String scn = Objects.requireNonNull(one(connection, "SELECT CURRENT_SCN FROM V$DATABASE"));
        String open = one(connection, "SELECT MIN(START_SCN) FROM GV$TRANSACTION");
        return new OracleMoment(new BigInteger(scn), open == null ? null : new BigInteger(open));
    }

    private static @Nullable String one(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            return row.next() ? row.getString(1) : null;
        }
    }

    @Override
    public boolean covers(Map<String, Object> offset, Map<String, Object> other) {
        return OracleOffsets.of(offset).covers(OracleOffsets.of(other));
    }

    /**
     * Oracle keeps its archived log as long as its administrator says. Without a schema history Debezium makes one and begins there; with
     * one the log is read from now.
     */
    @Override
    public Map<String, Object> establish(Set<TableName> tables, Map<String, String> all, boolean anew) {
        try {
            Files.createDirectories(settings.memory());
            if (anew) {
                Files.deleteIfExists(settings.schemaHistory());
            }
            if (!Files.exists(settings.schemaHistory())) {
                return Beginning.of(task(), all, PATIENCE);
            }
        } catch (IOException e) {
            throw new RejectedException(
                    "the directory 'memory' of the source, " + settings.memory() + ", cannot be written (" + e
                            + "); give it to this user, or name another one",
                    e);
        }
        try (Access access = access()) {
            return moment(access.connection().connection()).end();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Nothing is kept at the database, and the schema history stays: delete the directory together with the pipeline. */
    @Override
    public void release() {
        // nothing to give up
    }

    @Override
    public List<Finding> examine(Set<TableName> tables) {
        return new OracleExamination(settings).examine(tables, this);
    }

    @Override
    public Optional<TallystickException> explain(Throwable failure) {
        return OracleFailures.explain(failure, settings);
    }
}
