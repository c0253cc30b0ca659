package io.tallystick.debezium;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.awaitility.Awaitility.await;

import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresValueConverter;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.tallystick.cdc.TableName;
import io.tallystick.jdbc.Finding;
import io.tallystick.jdbc.TallystickException;
import io.tallystick.testkit.db.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.kafka.connect.source.SourceTask;

/**
 * PostgreSQL through Debezium's connector: the adapter is tried with it, since no Oracle is at hand. A table {@code beat} in the publication
 * keeps the log going.
 */
final class PostgresByDebezium implements Connector {

    private final Place db;
    private final String slot;

    PostgresByDebezium(TestDatabase db, String slot) {
        this(new Place(db.host(), db.port(), db.name(), db.user(), db.password()), slot);
    }

    PostgresByDebezium(Place db, String slot) {
        this.db = db;
        this.slot = slot;
    }

    /** Where the database is. */
    record Place(String host, int port, String name, String user, String password) {

        String url() {
            return "jdbc:postgresql://" + host + ":" + port + "/" + name;
        }

        Connection connect() throws SQLException {
            return DriverManager.getConnection(url(), user, password);
        }

        void execute(String... statements) {
            try (Connection connection = connect();
                    Statement statement = connection.createStatement()) {
                for (String each : statements) {
                    statement.execute(each);
                }
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public String name() {
        return db.url();
    }

    @Override
    public SourceTask task() {
        return new PostgresConnectorTask();
    }

    @Override
    public Map<String, String> settings(Set<TableName> tables) {
        Map<String, String> settings = new HashMap<>(Map.of(
                "name", slot,
                "topic.prefix", slot,
                "database.hostname", db.host(),
                "database.port", Integer.toString(db.port()),
                "database.user", db.user(),
                "database.password", db.password(),
                "database.dbname", db.name(),
                "plugin.name", "pgoutput",
                "slot.name", slot));
        settings.put("connector.class", "io.debezium.connector.postgresql.PostgresConnector");
        settings.put("publication.name", slot);
        settings.put("publication.autocreate.mode", "disabled");
        settings.put("snapshot.mode", "no_data");
        // a killed reader holds the slot for a moment
        settings.put("slot.retry.delay.ms", "200");
        settings.put("slot.max.retries", "100");
        settings.put(
                "table.include.list",
                tables.stream()
                        .map(table -> table.schema() + "\\." + table.table())
                        .collect(Collectors.joining(",")));
        return settings;
    }

    @Override
    public Access access() {
        Map<String, String> all = settings(Set.of());
        all.remove("table.include.list");
        all.putAll(AdapterSettings.of("not used"));
        PostgresConnectorConfig config = new PostgresConnectorConfig(Configuration.from(all));
        PostgresConnection connection = new PostgresConnection(
                config.getJdbcConfig(),
                types -> PostgresValueConverter.of(config, StandardCharsets.UTF_8, types),
                "tallystick test");
        return new Access(
                connection,
                config,
                PostgresValueConverter.of(config, StandardCharsets.UTF_8, connection.getTypeRegistry()),
                connection.getDefaultValueConverter(),
                "");
    }

    @Override
    public String history(Connection connection) throws SQLException {
        return text(connection, "SELECT system_identifier FROM pg_control_system()");
    }

    private record SnapshotMoment(long lsn, long xmin, long xmax) implements Moment {

        @Override
        public Map<String, Object> end() {
            return Map.of("lsn_commit", lsn);
        }

        @Override
        public boolean saw(Map<String, Object> offset) {
            return offset.get("txId") instanceof Long id && id < xmin;
        }

        @Override
        public boolean isSettledSince(Moment earlier) {
            return xmin >= ((SnapshotMoment) earlier).xmax;
        }
    }

    @Override
    public Moment moment(Connection connection) throws SQLException {
        String found = text(
                connection,
                "SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn || ' ' || pg_snapshot_xmin(pg_current_snapshot())"
                        + " || ' ' || pg_snapshot_xmax(pg_current_snapshot())");
        String[] parts = found.split(" ");
        db.execute("UPDATE beat SET n = n + 1");
        return new SnapshotMoment(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]));
    }

    @Override
    public boolean covers(Map<String, Object> offset, Map<String, Object> other) {
        return commit(offset) >= commit(other);
    }

    private static long commit(Map<String, Object> offset) {
        return (Long) offset.getOrDefault("lsn_commit", offset.getOrDefault("lsn", 0L));
    }

    @Override
    public Map<String, Object> establish(Set<TableName> tables, Map<String, String> settings, boolean anew) {
        String published = tables.stream().map(TableName::toString).collect(Collectors.joining(", "));
        db.execute(
                "CREATE TABLE IF NOT EXISTS beat (n bigint NOT NULL PRIMARY KEY)",
                "INSERT INTO beat SELECT 0 WHERE NOT EXISTS (SELECT 1 FROM beat)",
                "DO $$ BEGIN IF NOT EXISTS (SELECT 1 FROM pg_publication WHERE pubname = '" + slot + "') THEN"
                        + " CREATE PUBLICATION " + slot + " FOR TABLE " + published + ", beat; END IF; END $$");
        db.execute("SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput') WHERE NOT EXISTS"
                + " (SELECT 1 FROM pg_replication_slots WHERE slot_name = '" + slot + "')");
        try (Connection connection = db.connect()) {
            long lsn = Long.parseLong(text(
                    connection,
                    "SELECT confirmed_flush_lsn - '0/0'::pg_lsn FROM pg_replication_slots WHERE slot_name = '" + slot
                            + "'"));
            return Map.of("lsn", lsn);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The server may not have noticed yet that its reader is gone. */
    @Override
    public void release() {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThatCode(() -> db.execute(
                                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '"
                                        + slot + "'"))
                        .doesNotThrowAnyException());
    }

    @Override
    public List<Finding> examine(Set<TableName> tables) {
        return List.of();
    }

    @Override
    public Optional<TallystickException> explain(Throwable failure) {
        return Optional.empty();
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }
}
