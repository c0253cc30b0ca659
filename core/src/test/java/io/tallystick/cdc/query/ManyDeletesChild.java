package io.tallystick.cdc.query;

import io.tallystick.cdc.ChangeStream;
import io.tallystick.cdc.Position;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TransactionPiece;
import io.tallystick.cdc.query.QuerySettings.Deletes;
import io.tallystick.cdc.query.QuerySettings.Watched;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcDataSource;

/** A process that remembers many rows of a table, and finds them all gone. */
final class ManyDeletesChild {

    private static final int BATCH = 10_000;

    private ManyDeletesChild() {}

    public static void main(String[] args) throws SQLException {
        Path memory = Path.of(args[0]);
        int rows = Integer.parseInt(args[1]);
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:many;DB_CLOSE_DELAY=-1");
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE TABLE item (id BIGINT PRIMARY KEY, changed TIMESTAMP(6))");
        }
        TableName item = new TableName("PUBLIC", "ITEM");
        try (KeyMemory keys = KeyMemory.open(memory, () -> "child")) {
            for (int from = 0; from < rows; from += BATCH) {
                keys.of(item)
                        .add(IntStream.range(from, Math.min(rows, from + BATCH))
                                .mapToObj(id -> List.of("" + id))
                                .toList());
            }
        }
        QuerySettings settings = QuerySettings.of(List.of(Watched.of(item, "CHANGED")))
                .withEvery(Duration.ofMillis(10))
                .withDeletes(new Deletes(Duration.ofDays(1), memory));
        try (QueryChangeSource source = QueryChangeSource.of(database, "h2", settings)) {
            Position begin = source.establish(Set.of(item));
            System.out.println("deleted " + deleted(source.open(Set.of(item), begin), rows));
        }
    }

    private static int deleted(ChangeStream of, int wanted) {
        int deleted = 0;
        try (ChangeStream stream = of) {
            while (deleted < wanted) {
                TransactionPiece piece = stream.poll(Duration.ofMillis(100));
                deleted += piece == null ? 0 : piece.changes().size();
            }
        }
        return deleted;
    }
}
