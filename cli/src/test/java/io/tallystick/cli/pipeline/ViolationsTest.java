package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.replicator.PipelineDesk;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a target's own rules refuse waits with the reason, others flow, and once the target is mended a replay makes both sides equal. */
@ExtendWith(Servers.Extension.class)
class ViolationsTest {

    private static final Order KIM = new Order("kim", "mended", Instant.EPOCH);
    /** Of each rule that is broken the words of the target that name it. */
    private static final List<String> REASONS = List.of("one_n", "b", "n", "s", "not_two", "of_parent");

    private final Servers servers;

    ViolationsTest(Servers servers) {
        this.servers = servers;
    }

    private static String broken(int first) {
        return "INSERT INTO t VALUES (%d, %d, 1, 's', NULL), (%d, %d, NULL, 's', NULL), (%d, 70000 + %d, 1, 's', NULL),"
                        .formatted(first, first, first + 1, first + 1, first + 2, first)
                + " (%d, %d, 1, 'far too long', NULL), (%d, %d, 2, 's', NULL), (%d, %d, 1, 's', 9), (%d, %d, 1, 'good', NULL)"
                        .formatted(
                                first + 3, first + 3, first + 4, first + 4, first + 5, first + 5, first + 6, first + 6);
    }

    @ParameterizedTest
    @CsvSource({"POSTGRESQL, POSTGRESQL", "POSTGRESQL, MARIADB", "POSTGRESQL, MYSQL", "MARIADB, POSTGRESQL"})
    void rows_that_break_a_rule_wait_one_by_one_with_its_name_and_a_replay_makes_them_once_it_is_mended(
            Engine from, Engine to) throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        source.execute("CREATE TABLE t (id INT PRIMARY KEY, n INT, b INT, s VARCHAR(40), p INT)", broken(11));
        target.execute(
                "CREATE TABLE parent (id INT PRIMARY KEY)",
                "CREATE TABLE t (id INT PRIMARY KEY, n SMALLINT, b INT NOT NULL, s VARCHAR(10), p INT,"
                        + " CONSTRAINT one_n UNIQUE (n), CONSTRAINT not_two CHECK (b <> 2),"
                        + " CONSTRAINT of_parent FOREIGN KEY (p) REFERENCES parent (id))",
                "INSERT INTO t VALUES (-1, 11, 0, 'theirs', NULL), (-2, 21, 0, 'theirs', NULL)");
        String name = ("violations_" + from + "_" + to).toLowerCase(Locale.ROOT);
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "t"))) {
            pipe.awaitValue(target, "SELECT count(*) FROM t WHERE id = 17", "1");
            source.execute(broken(21), "UPDATE t SET s = 'later' WHERE id IN (11, 22, 24)");
            source.execute("INSERT INTO t VALUES (99, 99, 1, 'end', NULL)");
            pipe.awaitValue(target, "SELECT count(*) FROM t WHERE id IN (27, 99)", "2");
            assertThat(Pipe.rows(target, "SELECT id, n, s FROM t WHERE id < 99 ORDER BY id"))
                    .containsExactly("-2|21|theirs", "-1|11|theirs", "17|17|good", "27|27|good");
            assertReasons(target);
            mend(target);
            replay(pipe);
            String all = "SELECT id, n, b, s, p FROM t WHERE id > 0 ORDER BY id";
            assertThat(Pipe.rows(target, all)).isEqualTo(Pipe.rows(source, all)).hasSize(15);
            source.execute("DELETE FROM t");
            pipe.awaitValue(target, "SELECT count(*) FROM t", "0");
        }
    }

    @ParameterizedTest
    @CsvSource({"MARIADB, POSTGRESQL", "POSTGRESQL, MARIADB", "POSTGRESQL, MYSQL"})
    void a_row_that_is_too_large_for_the_target_waits_alone(Engine from, Engine to) throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        String columns =
                IntStream.range(0, 12).mapToObj(i -> ", c" + i + " TEXT").collect(Collectors.joining());
        String table = "CREATE TABLE t (id INT PRIMARY KEY" + columns + ")";
        source.execute(table, large(1));
        if (to == Engine.POSTGRESQL) {
            target.execute(table, "CREATE INDEX by_c0 ON t (c0)");
        } else {
            Pipe.inOne(target, "SET SESSION innodb_strict_mode = OFF", table + " ROW_FORMAT = COMPACT");
        }
        String name = ("too_large_" + from + "_" + to).toLowerCase(Locale.ROOT);
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "t"))) {
            pipe.awaitValue(target, "SELECT count(*) FROM tally_quarantine", "1");
            source.execute(large(2), "INSERT INTO t (id) VALUES (3)");
            pipe.awaitValue(target, "SELECT count(*) FROM t", "1");
            assertThat(Pipe.rows(target, "SELECT error FROM tally_quarantine"))
                    .hasSize(2)
                    .allMatch(error -> error.contains(to == Engine.POSTGRESQL ? "by_c0" : "Row size too large"));
            target.execute(to == Engine.POSTGRESQL ? "DROP INDEX by_c0" : "ALTER TABLE t ROW_FORMAT = DYNAMIC");
            replay(pipe);
            String all = "SELECT id, length(c0), c11 FROM t ORDER BY id";
            assertThat(Pipe.rows(target, all)).isEqualTo(Pipe.rows(source, all)).hasSize(3);
        }
    }

    /** Twelve texts that nobody can make much shorter. */
    private static String large(int id) {
        SplittableRandom random = new SplittableRandom(id);
        StringBuilder insert = new StringBuilder("INSERT INTO t VALUES (" + id);
        for (int column = 0; column < 12; column++) {
            insert.append(", '");
            random.longs(400).forEach(number -> insert.append(Long.toHexString(number)));
            insert.append("'");
        }
        return insert + ")";
    }

    private static void assertReasons(TestDatabase target) throws SQLException {
        List<String> first = Pipe.rows(target, "SELECT error FROM tally_quarantine ORDER BY id").stream()
                .filter(error -> !error.contains("waits"))
                .toList();
        assertThat(first).hasSize(12);
        IntStream.range(0, first.size())
                .forEach(i -> assertThat(first.get(i)).as("reason %d", i).contains(REASONS.get(i % REASONS.size())));
    }

    private static void mend(TestDatabase target) {
        target.execute(
                "DELETE FROM t WHERE id < 0", "INSERT INTO parent VALUES (9)", "ALTER TABLE t DROP CONSTRAINT not_two");
        if (target.engine() == Engine.POSTGRESQL) {
            target.execute("ALTER TABLE t ALTER n TYPE INT, ALTER b DROP NOT NULL, ALTER s TYPE VARCHAR(40)");
        } else {
            target.execute("ALTER TABLE t MODIFY n INT, MODIFY b INT, MODIFY s VARCHAR(40)");
        }
    }

    private static void replay(Pipe pipe) {
        PipelineDesk desk = pipe.run().desks().get("t1");
        for (List<PipelineDesk.Parked> left = desk.parked(100); !left.isEmpty(); left = desk.parked(100)) {
            desk.replay(left.get(0).id(), pipe.run().writer("t1"), KIM);
        }
    }
}
