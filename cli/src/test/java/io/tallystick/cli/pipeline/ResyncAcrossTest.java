package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.tallystick.cdc.TableName;
import io.tallystick.cdc.replicator.KeySpan;
import io.tallystick.cdc.replicator.PipelineOrders.Order;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A range of keys is brought in line from each product and at each, while somebody goes on writing at the source. */
@ExtendWith(Servers.Extension.class)
class ResyncAcrossTest {

    private static final String T = "CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL)";

    private final Servers servers;

    ResyncAcrossTest(Servers servers) {
        this.servers = servers;
    }

    @ParameterizedTest
    @CsvSource({"MARIADB, POSTGRESQL", "MYSQL, MARIADB", "POSTGRESQL, MYSQL"})
    void a_range_is_brought_in_line_under_load_and_nothing_outside_of_it(Engine from, Engine to) throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(to);
        source.execute(T);
        Pipe.inOne(source, Pipe.numbers(source, 4_000, "INSERT INTO t SELECT n, 0"));
        target.execute(T);
        String name = ("resync_" + from + "_" + to).toLowerCase(Locale.ROOT);
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "t"))) {
            pipe.awaitValue(target, "SELECT count(*) FROM t", "4000");
            pipe.awaitValue(target, "SELECT state FROM tally_load", "done");
            target.execute(
                    "UPDATE t SET n = -1 WHERE id IN (999, 1000, 2000, 3000, 3001)",
                    "DELETE FROM t WHERE id BETWEEN 1500 AND 2499",
                    "INSERT INTO t VALUES (-7, 7)");
            source.execute("DELETE FROM t WHERE id = 2100");
            // outside of what is written meanwhile: a row that only the target has
            pipe.awaitValue(target, "SELECT count(*) FROM t WHERE id = 2100", "0");
            target.execute("INSERT INTO t VALUES (2100, 7)");
            CompletableFuture<Void> busy = CompletableFuture.runAsync(() -> write(source));
            TableName table = new TableName(from == Engine.POSTGRESQL ? "public" : source.name(), "t");
            KeySpan span = pipe.run().span(table, List.of("1000"), null, List.of("3000"));
            pipe.run().desks().get("t1").resync(List.of(span), true, new Order("kim", "drift", Instant.now()));
            busy.join();
            source.execute("INSERT INTO t VALUES (9000, 0)");
            pipe.awaitValue(target, "SELECT count(*) FROM t WHERE id = 9000", "1");
            pipe.awaitValue(target, "SELECT count(*) FROM tally_load WHERE state <> 'done'", "0");
            String inside = "SELECT id, n FROM t WHERE id BETWEEN 1000 AND 3000 ORDER BY id";
            List<String> wanted = Pipe.rows(source, inside);
            pipe.awaitRows(target, inside, found -> assertThat(found).isEqualTo(wanted));
            assertThat(Pipe.rows(target, "SELECT id, n FROM t WHERE id IN (-7, 999, 3001) ORDER BY id"))
                    .containsExactly("-7|7", "999|-1", "3001|-1");
            assertThat(Pipe.quarantine(target)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void a_copy_that_was_cut_off_goes_on_behind_its_last_chunk_and_tells_how_far_it_is(Engine from)
            throws SQLException {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        source.execute(T);
        Pipe.inOne(source, Pipe.numbers(source, 30_000, "INSERT INTO t SELECT n, 0"));
        source.execute((from == Engine.POSTGRESQL ? "ANALYZE" : "ANALYZE TABLE") + " t");
        target.execute(
                T,
                "CREATE FUNCTION full_() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.id > 25000 THEN RAISE EXCEPTION"
                        + " 'no space left on device' USING ERRCODE = '53100'; END IF; RETURN NEW; END $$",
                "CREATE TRIGGER full_ BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION full_()");
        String name = ("cut_off_" + from).toLowerCase(Locale.ROOT);
        try (Pipe pipe = Pipe.start(Pipe.mirror(name, source, target, "t"))) {
            Pipe.patiently()
                    .untilAsserted(() ->
                            assertThat(String.valueOf(pipe.target().error())).contains("no space left"));
            int copied = Integer.parseInt(Pipe.value(target, "SELECT count(*) FROM t"));
            assertThat(copied).isBetween(1, 25_000);
            Pipe.patiently()
                    .untilAsserted(() -> assertThat(
                                    pipe.run().live().targets().get("t1").copying())
                            .singleElement()
                            .satisfies(copy -> assertThat(copy.rows()).isEqualTo(copied))
                            .satisfies(copy -> assertThat(copy.estimatedRows()).isBetween(20_000L, 40_000L)));
            pipe.pause();
            // whoever read it from the beginning again would bring this one back
            target.execute("DELETE FROM t WHERE id = 1", "DROP TRIGGER full_ ON t");
            source.execute("UPDATE t SET n = 1 WHERE id IN (2, 29999)");
            pipe.resume();
            pipe.awaitValue(target, "SELECT state FROM tally_load", "done");
            pipe.awaitValue(target, "SELECT count(*) || ' ' || min(id) || ' ' || sum(n) FROM t", "29999 2 2");
        }
    }

    /** Rows inside of the range, that are there and that are not. */
    private static void write(TestDatabase source) {
        for (int i = 0; i < 60; i++) {
            int id = 1_000 + i * 31 % 2_000;
            source.execute("UPDATE t SET n = n + 1 WHERE id = " + id, "DELETE FROM t WHERE id = " + (id + 5));
        }
    }
}
