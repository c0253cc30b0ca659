package io.tallystick.debezium;

import io.debezium.config.CommonConnectorConfig;
import io.debezium.relational.CustomConverterRegistry;
import io.debezium.relational.RelationalDatabaseConnectorConfig;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;
import io.debezium.relational.TableSchema;
import io.debezium.relational.TableSchemaBuilder;
import io.debezium.relational.Tables;
import io.debezium.relational.mapping.ColumnMappers;
import io.debezium.util.ColumnUtils;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.jdbc.RejectedException;
import io.tallystick.jdbc.TallystickException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.BiFunction;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Describes and copies tables over a connection of the connector's own. Each chunk is one SELECT, which sees one moment; the moment
 * before it is its watermark. For one thread.
 */
final class Copies implements SnapshotReader {

    private final Connector connector;
    private final Access access;
    private final ConnectTables shapes;
    private final BiFunction<String, Throwable, TallystickException> meaning;
    private final Map<TableName, Found> known = new HashMap<>();
    private @Nullable String history;

    /** A table of the catalog, and how the connector makes rows of it. */
    private record Found(Table table, TableSchema schema, ConnectTable shape) {

        List<ChunkQuery.Key> key() {
            return table.primaryKeyColumnNames().stream().map(this::key).toList();
        }

        private ChunkQuery.Key key(String name) {
            int cell = shape.table().indexOf(name);
            return new ChunkQuery.Key(name, cell, shape.columns().get(cell).type());
        }
    }

    Copies(
            Connector connector,
            Access access,
            String placeholder,
            BiFunction<String, Throwable, TallystickException> meaning) {
        this.connector = connector;
        this.access = access;
        this.shapes = new ConnectTables(placeholder);
        this.meaning = meaning;
    }

    /** @throws RejectedException naming every table that does not exist */
    List<SourceTable> describe(Set<TableName> tables) {
        List<SourceTable> described = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        for (TableName name : tables) {
            Found found = find(name);
            if (found == null) {
                missing.add(name.toString());
            } else {
                described.add(found.shape.table());
            }
        }
        if (!missing.isEmpty()) {
            throw new RejectedException(
                    "at " + connector.name() + " there is no table " + String.join(", ", missing)
                            + " that this user may read; names are spelt as in the catalog, Oracle's in capitals unless they were quoted");
        }
        return described;
    }

    private @Nullable Found find(TableName name) {
        Found before = known.get(name);
        if (before != null) {
            return before;
        }
        try {
            Tables tables = new Tables();
            access.connection()
                    .readSchema(
                            tables,
                            access.catalog().isEmpty() ? null : access.catalog(),
                            name.schema(),
                            id -> name.schema().equals(id.schema())
                                    && name.table().equals(id.table()),
                            null,
                            false);
            TableId id = tables.tableIds().stream().findFirst().orElse(null);
            if (id == null) {
                return null;
            }
            Found found = found(name, tables.forTable(id));
            known.put(name, found);
            return found;
        } catch (SQLException | RuntimeException e) {
            throw meaning.apply("reading the catalog", e);
        }
    }

    private Found found(TableName name, Table table) {
        RelationalDatabaseConnectorConfig config = access.config();
        CustomConverterRegistry converters = new CustomConverterRegistry(null);
        TableSchema schema = new TableSchemaBuilder(
                        access.values(),
                        access.defaults(),
                        config.schemaNameAdjuster(),
                        converters,
                        config.getSourceInfoStructMaker().schema(),
                        config.getFieldNamer(),
                        false,
                        config.getEventConvertingFailureHandlingMode())
                .create(
                        config.getTopicNamingStrategy(CommonConnectorConfig.TOPIC_NAMING_STRATEGY),
                        table,
                        config.getColumnFilter(),
                        ColumnMappers.create(config),
                        config.getKeyMapper());
        return new Found(table, schema, shapes.of(name, schema.valueSchema(), schema.keySchema()));
    }

    private Found get(TableName name) {
        Found found = find(name);
        if (found == null) {
            describe(Set.of(name));
        }
        return Objects.requireNonNull(found);
    }

    @Override
    public Chunk read(SourceTable wanted, @Nullable List<String> after, @Nullable List<String> last, int limit) {
        Found found = get(wanted.name());
        ChunkQuery query = new ChunkQuery(access, wanted.name(), found.key());
        try {
            Connection connection = access.connection().connection();
            connection.setAutoCommit(true);
            String of = historyOf(connection);
            Moment before = connector.moment(connection);
            List<Row> rows = new ArrayList<>();
            try (PreparedStatement statement = query.prepare(connection, after, last, limit);
                    ResultSet results = statement.executeQuery()) {
                ColumnUtils.ColumnArray columns = ColumnUtils.toArray(results, found.table);
                while (results.next()) {
                    Object[] values = access.connection().rowToArray(found.table, results, columns);
                    Struct image = found.schema.valueFromColumnData(values);
                    rows.add(found.shape.row(image));
                }
            }
            List<String> upTo = rows.size() < limit ? null : query.keyOf(rows.get(rows.size() - 1));
            Position high = new Offset(of, connector.moment(connection).end()).toPosition();
            return new Chunk(rows, upTo, new Seen(before, high));
        } catch (SQLException | RuntimeException e) {
            throw meaning.apply("copying " + wanted.name(), e);
        }
    }

    private String historyOf(Connection connection) throws SQLException {
        String found = history == null ? connector.history(connection) : history;
        history = found;
        return found;
    }

    /** @param before the moment before the rows were read: they have seen at least as much */
    private record Seen(Moment before, Position high) implements Watermark {

        @Override
        public boolean saw(TransactionPiece piece) {
            return before.saw(Offset.parse(piece.position()).parts());
        }

        @Override
        public boolean passed(Outset outset) {
            return before.isSettledSince(((Mark) outset).moment);
        }
    }

    private record Mark(Moment moment) implements Outset {}

    @Override
    public Outset outset(Position read) {
        try {
            return new Mark(connector.moment(access.connection().connection()));
        } catch (SQLException | RuntimeException e) {
            throw meaning.apply("asking for the end of the log", e);
        }
    }

    @Override
    public List<String> keyOrder(SourceTable wanted) {
        List<String> key =
                get(wanted.name()).key().stream().map(ChunkQuery.Key::name).toList();
        if (key.isEmpty()) {
            throw new RejectedException(wanted.name() + " has no primary key, so its rows cannot be copied in parts");
        }
        return key;
    }

    /** Not known without counting. */
    @Override
    public long estimatedRows(TableName table) {
        return 0;
    }

    @Override
    public void close() {
        access.close();
    }
}
