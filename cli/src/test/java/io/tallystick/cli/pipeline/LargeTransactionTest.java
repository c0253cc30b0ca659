package io.tallystick.cli.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cli.Tally;
import io.tallystick.testkit.crash.ChildJvm;
import io.tallystick.testkit.crash.CrashRunner;
import io.tallystick.testkit.db.Engine;
import io.tallystick.testkit.db.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** One transaction that is larger than the memory of the process that carries it over, by the command a user would type. */
@ExtendWith(Servers.Extension.class)
class LargeTransactionTest {

    private final Servers servers;

    @TempDir
    private Path folder;

    LargeTransactionTest(Servers servers) {
        this.servers = servers;
    }

    @ParameterizedTest
    @EnumSource(Engine.class)
    void a_transaction_goes_through_a_process_that_could_not_hold_it(Engine from) throws Exception {
        goesThrough(from, 200_000, "64m", "8MB");
    }

    @ParameterizedTest
    @EnumSource(
            value = Engine.class,
            names = {"POSTGRESQL", "MARIADB"})
    @Tag("soak")
    void five_million_rows_in_one_transaction_go_through_256_mb(Engine from) throws Exception {
        goesThrough(from, 5_000_000, "256m", "64MB");
    }

    private void goesThrough(Engine from, int rows, String heap, String queue) throws Exception {
        TestDatabase source = servers.database(from);
        TestDatabase target = servers.database(Engine.POSTGRESQL);
        for (TestDatabase db : new TestDatabase[] {source, target}) {
            db.execute("CREATE TABLE t (id INT PRIMARY KEY, n BIGINT NOT NULL, s VARCHAR(300) NOT NULL)");
        }
        source.execute("INSERT INTO t VALUES (0, 0, 'first')");
        Path file = Files.writeString(
                folder.resolve("large.yaml"),
                Pipe.mirror("large_" + from.name().toLowerCase(Locale.ROOT), source, target, "t") + "settings: {queue: "
                        + queue + "}\n");
        try (ChildJvm tally = CrashRunner.of(Tally.class, "pipeline", "run", "--install", file.toString())
                .jvmOption("-Xmx" + heap)
                .jvmOption("-XX:+ExitOnOutOfMemoryError")
                .start()) {
            awaitRows(tally, target, 1);
            Instant began = Instant.now();
            Pipe.inOne(
                    source,
                    Pipe.numbers(
                            source,
                            rows,
                            "INSERT INTO t SELECT n, n * 7, repeat(" + letter(from) + "(65 + n % 26), 100 + n % 100)"));
            Instant committed = Instant.now();
            awaitRows(tally, target, rows + 1L);
            System.out.printf(
                    "%s: %,d rows in one transaction, -Xmx%s: written in %d ms, at the target %d ms after the commit, peak of the"
                            + " process %s%n",
                    from,
                    rows,
                    heap,
                    Duration.between(began, committed).toMillis(),
                    Duration.between(committed, Instant.now()).toMillis(),
                    peak(tally));
            assertThat(Pipe.value(target, "SELECT sum(n) || ' ' || sum(length(s)) FROM t"))
                    .isEqualTo(Pipe.value(source, "SELECT concat(sum(n), ' ', sum(length(s))) FROM t"));
            assertThat(tally.isAlive()).isTrue();
        } finally {
            Files.deleteIfExists(file);
            if (from == Engine.POSTGRESQL) {
                source.execute(
                        "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = 'tally_large_postgresql' AND NOT active");
            }
        }
    }

    private static String letter(Engine engine) {
        return engine == Engine.POSTGRESQL ? "chr" : "char";
    }

    private static void awaitRows(ChildJvm tally, TestDatabase target, long rows) {
        await().atMost(Duration.ofMinutes(15))
                .ignoreExceptions()
                .failFast(
                        "the process ended",
                        () -> assertThat(tally.isAlive()).as(tally::output).isTrue())
                .until(() -> rows == count(target));
    }

    private static long count(TestDatabase target) throws SQLException {
        return Long.parseLong(Pipe.value(target, "SELECT count(*) FROM t"));
    }

    /** The most memory that the process had resident, as Linux counts it. */
    private static String peak(ChildJvm child) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + child.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmHWM"))
                .findFirst()
                .orElse("unknown");
    }
}
