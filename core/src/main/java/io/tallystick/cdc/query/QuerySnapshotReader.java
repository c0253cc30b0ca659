package io.tallystick.cdc.query;

import io.tallystick.cdc.Position;
import io.tallystick.cdc.Row;
import io.tallystick.cdc.SnapshotReader;
import io.tallystick.cdc.SourceTable;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads rows by key range. The keys of what it read are remembered before it is handed out. For one thread. */
final class QuerySnapshotReader implements SnapshotReader {

    private final QueryChangeSource source;

    QuerySnapshotReader(QueryChangeSource source) {
        this.source = source;
    }

    @Override
    public Chunk read(SourceTable wanted, @Nullable List<String> after, @Nullable List<String> last, int limit) {
        QueryTable table = source.table(wanted.name());
        long before = source.stamps().next();
        List<Row> rows = source.database().visit("copying " + wanted.name(), (connection, dialect) -> {
            List<Row> found = new ArrayList<>();
            QueryCells cells = new QueryCells(dialect, table);
            try (PreparedStatement statement = query(new QueryText(dialect, table), table, after, last, limit)
                            .prepare(connection);
                    ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    found.add(cells.row(results));
                }
            }
            return found;
        });
        source.remember(table, rows);
        List<String> upTo = rows.size() < limit ? null : table.keyOf(rows.get(rows.size() - 1));
        long afterwards = source.stamps().next();
        source.wishes().upTo(afterwards);
        return new Chunk(rows, upTo, new Moment(before, afterwards));
    }

    private static QueryText query(
            QueryText text, QueryTable table, @Nullable List<String> after, @Nullable List<String> last, int limit) {
        text.select().add("1 = 1");
        if (after != null) {
            text.add(" AND ").beyond(table.key(), table.valuesOf(after), ">", ">");
        }
        if (last != null) {
            text.add(" AND ").beyond(table.key(), table.valuesOf(last), "<", "<=");
        }
        return text.inOrderOf(table.key(), limit);
    }

    /**
     * @param before given before the rows were read: whatever was read earlier has a lower stamp
     * @param after given when they had been read
     */
    private record Moment(long before, long after) implements Watermark {

        @Override
        public boolean saw(TransactionPiece piece) {
            return QueryPosition.parse(piece.position()).stamp() < before;
        }

        @Override
        public boolean passed(Outset outset) {
            return before > ((Mark) outset).stamp;
        }

        @Override
        public Position high() {
            return new QueryPosition(after, QueryPosition.NO_MEMORY, Instant.EPOCH, Map.of()).toPosition();
        }
    }

    /** Whatever a question has found is visible to everybody, so all that is read from now on has seen it. */
    @Override
    public Outset outset(Position read) {
        return new Mark(source.stamps().next());
    }

    private record Mark(long stamp) implements Outset {}

    @Override
    public List<String> keyOrder(SourceTable wanted) {
        QueryTable table = source.table(wanted.name());
        return table.key().stream()
                .map(cell -> table.source().columns().get(cell).name())
                .toList();
    }

    /** Not known without counting: that would read the whole table. */
    @Override
    public long estimatedRows(TableName table) {
        return 0;
    }

    /** Does nothing: no connection is held between chunks. */
    @Override
    public void close() {}
}
