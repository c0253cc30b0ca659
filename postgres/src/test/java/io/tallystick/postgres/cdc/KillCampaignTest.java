package io.tallystick.postgres.cdc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.tallystick.cdc.ConversionPolicy;
import io.tallystick.cdc.MirrorMapping;
import io.tallystick.cdc.Pipeline;
import io.tallystick.cdc.PipelineSettings;
import io.tallystick.cdc.PipelineStatus;
import io.tallystick.cdc.ReplicatedTarget;
import io.tallystick.cdc.TableName;
import io.tallystick.cdc.TargetCatalog;
import io.tallystick.cdc.TargetCatalog.Wanted;
import io.tallystick.cdc.TargetTable;
import io.tallystick.jdbc.ConnectionSettings;
import io.tallystick.jdbc.Dialect;
import io.tallystick.jdbc.Jdbc;
import io.tallystick.jdbc.Schema;
import io.tallystick.testkit.db.TestDatabase;
import io.tallystick.testkit.db.TestDatabases;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Money moves between accounts of the source, each transfer with its line in a ledger, while source, target and replicator are killed
 * in turn. The target must end as the source: nothing lost, nothing double, and at no moment may its accounts sum up to another
 * amount, for each transaction arrives whole.
 */
class KillCampaignTest {

    private static final TableName ACCOUNT = new TableName("public", "account");
    private static final TableName LEDGER = new TableName("public", "ledger");
    private static final int ACCOUNTS = 50;
    private static final int START = 1_000;

    @Test
    void a_few_kills_of_source_target_and_replicator_lose_and_double_nothing() throws Exception {
        run(6, 1);
    }

    @Test
    @Tag("soak")
    void two_hundred_kills_of_source_target_and_replicator_lose_and_double_nothing() throws Exception {
        run(200, 2026);
    }

    private static void run(int kills, long seed) throws Exception {
        try (TestDatabase source =
                        TestDatabases.postgres().setting("wal_level", "logical").start();
                TestDatabase target = TestDatabases.postgres().start()) {
            for (TestDatabase each : List.of(source, target)) {
                each.execute(
                        "CREATE TABLE account (id INT PRIMARY KEY, balance INT NOT NULL)",
                        "CREATE TABLE ledger (id BIGINT PRIMARY KEY, taker INT NOT NULL REFERENCES account, note TEXT)");
            }
            source.execute("INSERT INTO account SELECT n, " + START + " FROM generate_series(1, " + ACCOUNTS + ") n");
            Schema.of(Jdbc.on(target.dataSource())).install("cdc");
            new Campaign(source, target, seed).play(kills);
        }
    }

    /** One run, over two servers of its own. */
    private static final class Campaign {

        private final TestDatabase source;
        private final TestDatabase target;
        private final SplittableRandom random;
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicLong transfers = new AtomicLong();
        private final AtomicLong looks = new AtomicLong();
        private final List<String> breaches = new ArrayList<>();
        private final PostgresChangeSource log;
        private Pipeline pipeline;

        Campaign(TestDatabase source, TestDatabase target, long seed) throws SQLException {
            this.source = source;
            this.target = target;
            this.random = new SplittableRandom(seed);
            this.log = PostgresChangeSource.on(
                    ConnectionSettings.of(source.url(), source.user(), source.password()),
                    SlotSettings.named("campaign").withHeartbeat(Duration.ofMillis(500)));
            this.pipeline = started();
        }

        void play(int kills) throws Exception {
            awaitEqual();
            Thread bank = thread("bank", this::transfer);
            Thread auditor = thread("auditor", this::audit);
            Map<String, Integer> done = new LinkedHashMap<>();
            for (int kill = 0; kill < kills; kill++) {
                LockSupport.parkNanos(random.nextInt(100, 900) * 1_000_000L);
                done.merge(kill(kill % 3), 1, Integer::sum);
            }
            over.set(true);
            bank.join();
            auditor.join();
            awaitEqual();
            PipelineStatus status = pipeline.status();
            pipeline.close();
            log.release();
            System.out.println("kills " + done + ", transfers " + transfers + ", looks at the sum " + looks);
            assertThat(breaches).isEmpty();
            assertThat(status.targets())
                    .allSatisfy(each -> assertThat(each.counts().quarantined()).isZero());
            assertThat(transfers.get()).as("transfers").isPositive();
            assertThat(looks.get()).as("looks at the target").isPositive();
        }

        private void awaitEqual() {
            await().atMost(Duration.ofMinutes(3))
                    .pollInterval(Duration.ofMillis(100))
                    .ignoreExceptions()
                    .untilAsserted(() -> assertThat(digest(target)).isEqualTo(digest(source)));
        }

        private String kill(int which) throws SQLException {
            switch (which) {
                case 0 -> {
                    source.kill();
                    source.restart();
                    return "source";
                }
                case 1 -> {
                    target.kill();
                    target.restart();
                    return "target";
                }
                default -> {
                    // the next one begins while the one before may still be in the middle of a commit
                    Pipeline before = pipeline;
                    pipeline = started();
                    before.close();
                    return "replicator";
                }
            }
        }

        private Pipeline started() throws SQLException {
            try (Connection connection = target.connect()) {
                List<TargetTable> tables =
                        TargetCatalog.of(connection).read(List.of(Wanted.all(ACCOUNT), Wanted.all(LEDGER)));
                Pipeline made = Pipeline.of(
                        "campaign",
                        log,
                        Set.of(ACCOUNT, LEDGER),
                        List.of(new ReplicatedTarget(
                                "copy",
                                target.dataSource(),
                                Dialect.POSTGRESQL,
                                new PostgresRowWriter(ConversionPolicy.standard()),
                                new MirrorMapping(Map.of(ACCOUNT, tables.get(0), LEDGER, tables.get(1))))),
                        PipelineSettings.standard().withPauses(Duration.ofMillis(20), Duration.ofMillis(200)));
                made.start();
                return made;
            }
        }

        private void transfer() {
            while (!over.get()) {
                try (Connection connection = source.connect();
                        Statement statement = connection.createStatement()) {
                    connection.setAutoCommit(false);
                    while (!over.get()) {
                        oneTransfer(statement, transfers.incrementAndGet());
                        connection.commit();
                    }
                } catch (SQLException away) {
                    LockSupport.parkNanos(20_000_000);
                }
            }
        }

        private static void oneTransfer(Statement statement, long n) throws SQLException {
            int from = (int) (n * 7 % ACCOUNTS) + 1;
            int to = (int) (n * 13 % ACCOUNTS) + 1;
            int amount = (int) (n % 10);
            statement.execute("UPDATE account SET balance = balance - " + amount + " WHERE id = " + from);
            statement.execute("UPDATE account SET balance = balance + " + amount + " WHERE id = " + to);
            statement.execute("INSERT INTO ledger VALUES (" + n + ", " + to + ", repeat('x', " + n % 300 + "))");
            if (n % 11 == 0) {
                statement.execute("DELETE FROM ledger WHERE id = " + (n - 5));
            }
        }

        /** The accounts that were copied always sum up to what there is. */
        private void audit() {
            while (!over.get()) {
                try {
                    long sum = number(target, "SELECT sum(balance) FROM account");
                    looks.incrementAndGet();
                    if (sum != (long) ACCOUNTS * START) {
                        breaches.add("the accounts of the target summed up to " + sum);
                    }
                } catch (SQLException away) {
                    LockSupport.parkNanos(20_000_000);
                }
            }
        }

        private static Thread thread(String name, Runnable work) {
            Thread thread = new Thread(work, name);
            thread.start();
            return thread;
        }
    }

    private static List<String> digest(TestDatabase db) throws SQLException {
        List<String> digest = new ArrayList<>();
        for (String table : List.of("account", "ledger")) {
            digest.add(table + " "
                    + text(db, "SELECT count(*) || ' ' || coalesce(sum(hashtext(t::text)), 0) FROM " + table + " t"));
        }
        return digest;
    }

    private static long number(TestDatabase db, String sql) throws SQLException {
        return Long.parseLong(text(db, sql));
    }

    private static String text(TestDatabase db, String sql) throws SQLException {
        try (Connection connection = db.connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
