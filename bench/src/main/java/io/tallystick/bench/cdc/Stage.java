package io.tallystick.bench.cdc;

import io.tallystick.bench.Servers;
import io.tallystick.bench.cdc.contender.CdcEntrant;
import io.tallystick.bench.cdc.contender.CdcPair;
import io.tallystick.bench.cdc.contender.Line;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** A source and a target, each a server of its own, durable, with the table {@code bench} in both. */
final class Stage implements AutoCloseable {
    private static final String LAST = "INSERT INTO bench (id) VALUES (-1)";

    private final CdcPair pair;
    private final TestDatabase source;
    private final TestDatabase target;
    private int lines;

    private Stage(CdcPair pair, TestDatabase source, TestDatabase target) {
        this.pair = pair;
        this.source = source;
        this.target = target;
    }

    static Stage open(CdcPair pair) {
        TestDatabase source = Servers.start(pair.source(), settings(pair.source(), 1));
        try {
            return new Stage(pair, source, Servers.start(pair.target(), settings(pair.target(), 2)));
        } catch (RuntimeException e) {
            source.close();
            throw e;
        }
    }

    private static Map<String, String> settings(Engine engine, int number) {
        return engine == Engine.POSTGRESQL
                ? Map.of("checkpoint_timeout", "1h")
                : Map.of(
                        "server-id", Integer.toString(number),
                        // what this target writes by itself must not stand among the source's numbers
                        "gtid-domain-id", Integer.toString(number));
    }

    CdcPair pair() {
        return pair;
    }

    TestDatabase source() {
        return source;
    }

    TestDatabase target() {
        return target;
    }

    /** For the next contender. */
    Line line(CdcEntrant entrant, Shape shape) {
        return new Line(source, target, entrant.name().replace('-', '_') + ++lines, !shape.equals(Shape.WIDE));
    }

    void emptySource(Shape shape) {
        source.execute(
                "DROP TABLE IF EXISTS bench",
                "DROP TABLE IF EXISTS mark",
                shape.sourceTable(source.engine()),
                "CREATE TABLE mark (id bigint PRIMARY KEY)");
    }

    void emptyTarget(Shape shape) {
        target.execute("DROP TABLE IF EXISTS bench", shape.targetTable(source.engine(), target.engine()));
    }

    /** The changes, and a last row whose key is −1. What the source writes is not what is measured: it need not be durable. */
    void load(Shape shape, int changes) throws SQLException {
        String load = shape.load(source.engine(), changes);
        List<String> statements = source.engine() == Engine.POSTGRESQL
                ? List.of("SET synchronous_commit = off", load, "SET synchronous_commit = on", LAST, "CHECKPOINT")
                : List.of(
                        "SET GLOBAL sync_binlog = 0, GLOBAL innodb_flush_log_at_trx_commit = 2",
                        "SET autocommit = 0", // else each statement of the block commits by itself
                        load,
                        "COMMIT",
                        "SET autocommit = 1",
                        "SET GLOBAL sync_binlog = 1, GLOBAL innodb_flush_log_at_trx_commit = 1",
                        LAST);
        try (Connection connection = source.connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    @Override
    public void close() {
        target.close();
        source.close();
    }
}
